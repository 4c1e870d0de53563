"""The gallery: every component of the design system in every state, on pages of their own."""
