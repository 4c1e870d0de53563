"""The Storefront's forms."""
