"""Reads statements from tokens, by recursive descent with precedence climbing for expressions."""
