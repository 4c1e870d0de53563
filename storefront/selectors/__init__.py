"""Reads of the Storefront."""
