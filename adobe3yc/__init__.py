"""Service manager "Adobe Services". The client of VIP Marketplace and the rules of prices and commitments."""
