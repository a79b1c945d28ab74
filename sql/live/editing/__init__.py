"""The pages on which applications are written: the editor, runs over records that exist, and panels without code."""
