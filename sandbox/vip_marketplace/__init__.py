"""VIP Marketplace: Adobe's partner API with its levels and commitments, and the customer's Admin Console."""
