"""The demo's story: who there is, what they sell and what happened, as declarations; `making` makes it so."""
