"""Answers questions in SQL over the archive, by DuckDB in a process of its own."""
