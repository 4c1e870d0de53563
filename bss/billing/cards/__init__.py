"""The provider of card payments: its wire, and its meaning in our terms."""
