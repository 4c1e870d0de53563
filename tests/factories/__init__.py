"""Rows for tests, made with the fewest words. Services are used where a row has a life of its own."""
