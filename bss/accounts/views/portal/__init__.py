"""The portal's screens of accounts."""
