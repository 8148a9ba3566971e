"""How a screening was received: who came, what they voted, what they asked. Numbers and words, no names."""
