"""The Storefront's pages."""
