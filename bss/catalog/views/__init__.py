"""The portal's screens of the catalogue."""
