"""The festival's public pages."""
