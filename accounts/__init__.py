"""People: who they are, how they sign in and out. Imports no other app."""
