"""Turns records into rows: columns and their types, JSON and CSV, coercion, and the discovery of a schema."""
