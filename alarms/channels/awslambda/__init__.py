"""Calls functions of AWS Lambda."""
