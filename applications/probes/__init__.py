"""Checks addresses from any number of places, and says which are down, since when, and how fast the others answer."""
