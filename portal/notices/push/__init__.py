"""Telling people on their devices (Web Push): which browsers, by which keys, what is said, and the telling itself."""
