"""The label and its figures in other people's shapes."""
