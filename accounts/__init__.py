"""Accounts: users, sessions, sign-in and sign-out. Imports no other app but common."""
