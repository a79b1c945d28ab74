"""Implements the application `trades`: minutes of trades by ticker and side."""
