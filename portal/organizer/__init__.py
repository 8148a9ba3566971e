"""The organizers' desk: views over every feature."""
