"""The base of all commands."""

# Options that Django gives to each command: they still work, and --help shows our own alone.
DJANGO_OPTIONS = {
    "--version",
    "--verbosity",
    "--settings",
    "--pythonpath",
    "--traceback",
    "--no-color",
    "--force-color",
    "--skip-checks",
}
