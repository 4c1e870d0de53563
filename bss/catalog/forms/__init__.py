"""Forms of the catalogue: they clean, the view calls the service."""
