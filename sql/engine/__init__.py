"""Runs a plan: moves time, passes rows from operator to operator, keeps their state, and collects rows and faults."""
