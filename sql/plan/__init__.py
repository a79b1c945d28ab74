"""Holds the typed plan: the expressions and operators into which a script is translated, and their fingerprints."""
