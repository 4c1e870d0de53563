"""Forms of orders: they clean, the view calls the service."""
