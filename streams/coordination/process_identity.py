"""Identifies the process that holds a lease, and tells whether it has ended, where that can be seen.

On Linux a process is named by boot, PID namespace, PID and start time; all four are needed, since PIDs repeat. A worker
on the same machine then takes over from a killed one at once. On another machine it waits until the lease expires.
"""

import os
import socket
from pathlib import Path

from django.conf import settings

PROC = Path("/proc")


def _start_time(pid: str) -> str | None:
    """Returns the start in clock ticks since boot.

    Returns "" for a process that has ended but is not reaped yet, and None if no such process is seen.
    """
    try:
        fields = (PROC / pid / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return "" if fields[0] in "ZX" else fields[19]  # proc(5): fields 3 and 22


def _exists(pid: str) -> bool:
    """Asks the kernel for the process, since systemd's sandbox hides others in /proc (ProtectProc, PrivateUsers)."""
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # of another user
    return True


def _here() -> str:
    """Returns the name of this machine's boot and this PID namespace; "" where they are not known."""
    try:
        boot = settings.BOOT_ID or (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot.replace('-', '')}/{(PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def current() -> str:
    pid = str(os.getpid())
    return f"{_here() or socket.gethostname()}/{pid}/{_start_time(pid) or ''}"


def on_this_machine(owner: str) -> bool:
    """Returns whether that process runs, or ran, on this machine since it booted."""
    here = _here()
    return bool(here) and owner.startswith(f"{here}/")


def is_dead(owner: str) -> bool:
    """Returns whether that process is known to have ended. False when it cannot be known from here."""
    here = _here()
    if not here or not owner.startswith(f"{here}/"):
        return False
    pid, _, started = owner.removeprefix(f"{here}/").partition("/")
    try:
        seen = _start_time(pid)
        return not _exists(pid) if seen is None else seen != started
    except (ValueError, OverflowError):  # a damaged owner is no process
        return True
