"""What scores come to."""
