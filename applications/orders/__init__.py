"""Implements the application `orders`: order lines a site in the last 15 s, and alarms."""
