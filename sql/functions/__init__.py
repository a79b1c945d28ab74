"""Holds the operators, casts and functions of the dialect: their types, and their work on Python values."""
