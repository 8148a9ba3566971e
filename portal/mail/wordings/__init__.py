"""The words of a mail as an edition has them: written in both languages, published as a version, filled in as text."""
