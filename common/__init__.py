"""Holds the helpers that every application may use. It imports none of them, and has no models."""
