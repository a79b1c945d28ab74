"""manage.py runserver, on uvicorn, so that the live pages have their sockets."""

from typing import Any

import uvicorn
from django.contrib.staticfiles.management.commands.runserver import Command as Runserver


class Command(Runserver):
    addr: str  # declared by the parent class, as those below
    port: str
    _raw_ipv6: bool
    help = "Starts a server for development, live pages included; it starts again when code changes."

    def inner_run(self, *args: Any, **options: Any) -> None:
        self.check(display_num_errors=True)
        host = f"[{self.addr}]" if self._raw_ipv6 else self.addr
        self.stdout.write(f"Millrace on http://{host}:{self.port}/")
        uvicorn.run(
            "login.asgi:application",
            host=self.addr,
            port=int(self.port),
            ws="dashboard.live.wire:BoundedSocket",
            ws_max_size=65536,
            ws_per_message_deflate=False,  # twice the memory a socket for texts of a kilobyte
            lifespan="off",
        )
