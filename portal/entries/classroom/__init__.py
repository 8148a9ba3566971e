"""What a class does with its films: prompt logs, notes, votes, and the way on to a festival call."""
