#!/usr/bin/env python
"""The command line: `manage.py help` lists what there is."""

import sys

from django.core.management import execute_from_command_line

from login.entry import read_settings

if __name__ == "__main__":
    read_settings()
    execute_from_command_line(sys.argv)
