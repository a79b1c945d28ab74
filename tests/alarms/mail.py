"""A mail server on loopback that keeps its mails. `refuses` is a line that it answers to each recipient."""

import email
import socketserver
from contextlib import AbstractContextManager
from email.message import Message

from tests.serving import serving


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.mails: list[Message] = []
        self.connections = 0
        self.refuses = ""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Dialogue(socketserver.StreamRequestHandler):
    server: MailServer
    timeout = 20

    def handle(self) -> None:
        self.server.connections += 1
        self._say("220 ready")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"QUIT":
                return self._say("221 bye")
            if word == b"RCPT" and self.server.refuses:
                self._say(self.server.refuses)
            elif word == b"DATA":
                self._data()
            else:
                self._say("250 ok")
        return None

    def _data(self) -> None:
        self._say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        self.server.mails.append(email.message_from_bytes(b"".join(lines)))
        self._say("250 kept")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


def mail_server() -> AbstractContextManager[MailServer]:
    return serving(MailServer())
