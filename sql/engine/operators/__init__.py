"""Provides the operators that keep state: windows, joins, order, and forests."""
