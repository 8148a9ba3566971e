"""Uploads, assets, probes, checks and review copies."""
