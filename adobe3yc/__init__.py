"""Service manager "Adobe Services". Empty until its own issue: the place is kept, nothing is half built."""
