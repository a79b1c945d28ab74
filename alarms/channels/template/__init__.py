"""Posts texts of a person's own to an address."""
