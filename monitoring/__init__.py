"""Watching Millrace itself: logs with request ids, health, figures for Prometheus, errors told to other tools."""
