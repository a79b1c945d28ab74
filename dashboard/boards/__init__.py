"""Holds boards: pages of panels that people make without code. docs/boards.md describes them."""
