"""The audience's ballot: kept, closed, counted with its uncertainty, looked over for what is odd, announced."""
