"""The pages of accounts: a module a room. accounts/urls.py names their addresses."""
