"""The API of resellers: their plans, and the orders that wait for them."""
