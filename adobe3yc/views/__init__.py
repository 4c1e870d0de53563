"""Pages of Adobe Services."""
