"""Commands of manage.py, run in the test's own process as an operator would type them."""

from django.core.management import ManagementUtility


def exit_code(*words: str) -> int:
    """Of `manage.py WORDS`; what it says is in capsys."""
    try:
        ManagementUtility(["manage.py", *words]).execute()
    except SystemExit as stopped:
        assert isinstance(stopped.code, int)
        return stopped.code
    return 0
