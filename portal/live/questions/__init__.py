"""Questions from the floor: asked, voted for, moderated, merged, picked by a published rule, answered now or later."""
