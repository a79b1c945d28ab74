"""Writes a plan as Flink SQL. It is made from the typed plan, never from the text, which would be wrong in silence."""
