"""Answers the pages of alarms. A view checks, asks and answers; the rules stand in the modules beside this package."""
