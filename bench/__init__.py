"""Measurements of the product as the demo runs it. Start them with bench/run."""
