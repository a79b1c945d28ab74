"""Disks that can be full."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def small_disk(mebibytes: int) -> Iterator[Path]:
    """A disk of its own, into which other users may look, too."""
    disk = Path(tempfile.mkdtemp(prefix="millrace-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=755", "tmpfs", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()


def fill(file: Path) -> None:
    """Writes to it until its disk is full."""
    with suppress(OSError), file.open("ab", buffering=0) as growing:
        while growing.write(bytes(1 << 20)):
            pass
    with suppress(OSError), file.open("ab", buffering=0) as growing:
        while growing.write(bytes(512)):
            pass
