"""The Flask kernel: guard, transaction, pages, errors, headers; knows no feature."""
