"""Says where the endpoint listens, and whether it can."""

import socket
import stat
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """Holds a host and a port, or a Unix socket."""

    host: str = "127.0.0.1"
    port: int = 0
    socket: Path | None = None

    def __str__(self) -> str:
        if self.socket:
            return f"the socket {self.socket}"
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def fault(place: Place) -> str:
    """Returns why nothing can listen there; "" if it can. Removes a socket that a killed process left.

    The server would otherwise share a port with another process, and refuse a socket that is there.
    """
    try:
        if place.socket:
            return _fault_of_socket(place.socket)
        family, kind, _, _, address = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return f"{error.strerror or error}."
    return ""


def _fault_of_socket(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}."
    if not path.exists():
        return ""
    if not stat.S_ISSOCK(path.lstat().st_mode):
        return "there is a file of another kind."
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return ""
    return "another process listens there."
