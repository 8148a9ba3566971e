"""Films to jurors: plans worked out, looked at, changed by hand, published, repaired."""
