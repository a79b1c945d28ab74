"""The Django project: settings, URLs, entry points and the page frame. (Signing in lives in accounts.)"""
