"""Machine-readable doors: JSON, iCal."""
