#!/usr/bin/env python
"""The command line: `manage.py help` lists the commands."""

from login.command_line import main

if __name__ == "__main__":
    main()
