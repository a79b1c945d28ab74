"""An app that keeps books for tests: what producers were told is in, and every record that workers apply.

With DJANGO_SETTINGS_MODULE=tests.ledger.settings the commands of manage.py run as they are, and their steps are noted.
"""
