"""The portal's screens of orders."""
