"""Checks, explains, runs and tests applications from files alone: no database, no stream."""
