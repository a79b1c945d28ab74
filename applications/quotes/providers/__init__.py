"""Asks providers for daily bars: one module for each, and one that calls them within bounds."""
