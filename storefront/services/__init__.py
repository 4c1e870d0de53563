"""Writes of the Storefront: several steps of the apps below as one."""
