"""Posts messages to an address, signed as Standard Webhooks says."""
