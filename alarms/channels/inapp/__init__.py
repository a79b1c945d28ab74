"""Shows messages on Millrace's own pages."""
