"""Disks that can be full."""

import subprocess
from contextlib import suppress
from pathlib import Path


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
