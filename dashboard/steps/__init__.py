"""Keeps the rows of datasets added up over longer steps: a panel over a year reads about as much as one of a day."""
