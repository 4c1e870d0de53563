"""Adobe's rules of offers, levels, commitments and prices: pure functions of what is given, no rows, no reads."""
