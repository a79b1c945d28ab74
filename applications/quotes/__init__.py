"""Implements the application `quotes`: daily bars of prices, asked of providers, from files, and from a stream."""
