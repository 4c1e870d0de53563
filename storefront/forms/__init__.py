"""Forms of the Storefront: they clean, the view calls the service."""
