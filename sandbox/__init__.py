"""Stand-ins for the world outside the product: each a process of its own that is met over HTTP.

Nothing here imports the product and the product imports nothing from here. See docs/sandbox.md.
"""
