"""Adobe's VIP Marketplace: its wire format as typed values, and the client that speaks it."""
