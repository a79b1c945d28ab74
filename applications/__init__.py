"""Applications: a folder each. An application registers itself; none knows another."""
