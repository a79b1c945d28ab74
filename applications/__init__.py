"""Holds the applications, each in its own folder. An application registers itself; none knows another."""
