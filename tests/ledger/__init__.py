"""An application that keeps books for tests: the records acknowledged to producers, and those that workers apply.

With DJANGO_SETTINGS_MODULE=tests.ledger.settings the commands of manage.py run as they are, and their steps are noted.
"""
