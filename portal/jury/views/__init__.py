"""The jury's pages: the jurors' desk, and the chair's rounds, results and decisions."""
