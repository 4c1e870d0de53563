"""Service manager "Echo": a small vendor over HTTP, and the shortest complete example of the contract."""
