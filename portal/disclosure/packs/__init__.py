"""Actor-IP packs: what an owner lends to a category, and the teams that took it."""
