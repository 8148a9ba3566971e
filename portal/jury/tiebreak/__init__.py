"""The vote on films around the cut."""
