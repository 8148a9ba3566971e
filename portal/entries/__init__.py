"""A film on its way from draft to decision, with its frozen receipt."""
