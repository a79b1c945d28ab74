"""Adds an application for tests that notes the records acknowledged to producers, and those that workers apply.

With DJANGO_SETTINGS_MODULE=tests.audit_app.settings the commands of manage.py run as they are; their steps are noted.
"""
