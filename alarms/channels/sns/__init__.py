"""Publishes messages to topics of Amazon SNS."""
