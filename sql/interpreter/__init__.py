"""Runs a typed plan by walking its tree: slow, plain, and the measure for the generated code."""
