"""The hall itself: questions, the stage, the ballot, and how a screening was received."""
