"""The pages under /accounts/, a module for each kind."""
