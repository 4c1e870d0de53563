"""Screens of notifications: a module for each surface."""
