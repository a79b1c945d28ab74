"""Observes Millrace itself: logs with request ids, health checks, metrics for Prometheus, reports of errors."""
