"""The pages of accounts, a module for each group of pages. accounts/urls.py maps their addresses."""
