"""Keeps delimited files, fixed-width files and access logs as tables that questions can name."""
