"""Disks that can be full, and one that is in memory."""

import os
import re
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

MEMORY = Path("/dev/shm")  # of Linux
ROOM = 8 << 30  # bytes, several times what a whole run of the tests leaves


def use_memory() -> None:
    """Puts temporary files on a disk in memory, unless TMPDIR says where, or memory is scarce, or it forbids programs.

    Thousands of tests commit to a database of their own, and would wait for the real disk. A process that is killed
    loses nothing that it wrote there either.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        disk = os.statvfs(MEMORY)
        if not disk.f_flag & os.ST_NOEXEC and min(disk.f_bavail * disk.f_frsize, _available()) >= ROOM:
            os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _available() -> int:
    """Returns the bytes of memory that programs could have."""
    found = re.search(r"^MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return int(found[1]) << 10 if found else 0


def mount(disk: Path, mebibytes: int) -> None:
    """A disk of its own, into which other users may look, too. Only root may."""
    options = f"size={mebibytes}m,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True, timeout=120)


def unmount(disk: Path) -> None:
    subprocess.run(["umount", disk], check=True, timeout=120)


def fill(file: Path) -> None:
    """Writes to it until its disk is full."""
    for size in (1 << 20, 512):
        with suppress(OSError), file.open("ab", buffering=0) as growing:
            while growing.write(bytes(size)):
                pass
