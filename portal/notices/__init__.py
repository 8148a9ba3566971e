"""What a person has been told: notices in the portal, and on their devices where they want that."""
