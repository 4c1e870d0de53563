"""The pricing engine: one function of buyer, product, term, quantity and moment, used wherever a price shows."""
