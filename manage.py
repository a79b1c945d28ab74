#!/usr/bin/env python
"""The command line: `manage.py help` lists the commands."""

import gc

gc.disable()  # until all is imported: imports leave no garbage, and to look for it takes a fifth of the time of a start

from login.command_line import main  # noqa: E402 - as above

if __name__ == "__main__":
    main()
