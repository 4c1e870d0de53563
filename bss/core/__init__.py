"""The kernel: mechanisms without nouns. It imports nothing of the product above it."""
