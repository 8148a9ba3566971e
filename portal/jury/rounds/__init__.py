"""Rounds set up, planned and followed."""
