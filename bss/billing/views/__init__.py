"""The portal's pages of billing."""
