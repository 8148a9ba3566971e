"""Scripts that touch strangers' files: run by path in a limited process, importing nothing of the portal."""
