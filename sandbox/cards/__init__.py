"""A provider of card payments: a page for card numbers, a page of the bank, and an API for programs."""
