"""Subscriptions: what customers have, term by term, and the changes scheduled for it."""
