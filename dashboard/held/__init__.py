"""Keeps the newest rows of datasets in memory, so that a look at a board reads only the rows that were added since."""
