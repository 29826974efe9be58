"""Mark an answer, or a whole derivation, and say what is wrong with it."""
