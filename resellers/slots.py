"""What reseller plans put on the surfaces."""
