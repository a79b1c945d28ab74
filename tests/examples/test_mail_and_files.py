"""Runs the examples of mail and of SFTP against real clients and servers."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.emulators import free_port
from tests.examples.conftest import Stream
from tests.examples.running import PACKAGES, first_line, start, stop
from tests.processes import limited
from tests.waiting import wait_for

pytestmark = [pytest.mark.xdist_group("examples"), pytest.mark.needs(PACKAGES)]
Environment = dict[str, str]
AWAY = "http://127.0.0.1:9"  # the port of "discard", where nothing listens


def letter(text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "pump@example.org", "in@example.org", "Druck ↓"
    message.set_content(text)
    return message


def test_smtp_in_stores_a_message_that_is_sent_twice_once(stream: Stream, environment: Environment) -> None:
    port = free_port()
    process = start("integration/smtp_in.py", environment, {"sensors": stream.name, "2525": port})
    first_line(process)
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(2):
            client.send_message(letter("3 bar"))
        with pytest.raises(smtplib.SMTPResponseException, match="552"):
            client.send_message(letter("x" * 300_000))
    stop(process)
    heads = {"from": "pump@example.org", "to": "in@example.org", "subject": "Druck ↓", "date": ""}
    assert stream.records() == [heads | {"text": "3 bar\n"}]


def test_smtp_in_lets_the_sender_try_again_while_millrace_is_away(stream: Stream, environment: Environment) -> None:
    port = free_port()
    away = environment | {"MILLRACE_URL": AWAY}
    process = start("integration/smtp_in.py", away, {"sensors": stream.name, "2525": port})
    first_line(process)
    with smtplib.SMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPDataError, match="451"):
        client.send_message(letter("3 bar"))
    stop(process)


class Postbox:
    """Keeps the mail that aiosmtpd takes; the first mail is put off, as by greylisting."""

    def __init__(self) -> None:
        self.mail: list[Any] = []
        self.asked = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name it calls
        self.asked += 1
        if self.asked == 1:
            return "451 Come again"
        self.mail.append(envelope)
        return "250 OK"


def test_smtp_out_mails_an_alarm_again_until_the_server_takes_it(
    tmp_path: Path, stream: Stream, environment: Environment
) -> None:
    from aiosmtpd.controller import Controller  # noqa: PLC0415 - among the packages of the examples

    stream.put({"celsius": 29}, {"celsius": "hot"}, {"celsius": 31.5}, {"celsius": 32}, 5)
    box = Postbox()
    controller = Controller(box, "127.0.0.1", port := free_port())
    controller.start()
    places = tmp_path / "places.json"
    more = ["--places", str(places)]
    process = start("integration/smtp_out.py", environment, {"sensors": stream.name, "25": port}, more)
    wait_for(places.exists)
    stop(process)
    controller.stop()
    [mail] = box.mail
    assert (mail.rcpt_tos, b"celsius of 'key' is 31.5" in mail.content, box.asked) == (["ops@example.org"], True, 2)


@asynccontextmanager
async def partner(folder: Path) -> AsyncIterator[tuple[int, Path, Path]]:
    """Runs an SFTP server on the folder; gives its port, the client's private key and the server's public one."""
    import asyncssh  # noqa: PLC0415 - among the packages of the examples

    theirs, ours = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    key, hosts, allowed = (folder.parent / name for name in ("id", "known_hosts", "authorized"))
    ours.write_private_key(key)
    ours.write_public_key(allowed)
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[theirs],
        authorized_client_keys=str(allowed),
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder).encode()),
    )
    port = server.get_port()
    hosts.write_text(f"[127.0.0.1]:{port} {theirs.export_public_key().decode()}")
    yield port, key, hosts
    server.close()
    await server.wait_closed()


async def test_sftp_in_stores_a_file_and_moves_it(tmp_path: Path, stream: Stream, environment: Environment) -> None:
    out = tmp_path / "partner" / "out"
    out.mkdir(parents=True)
    (out / "a.ndjson").write_text('{"n": 1}\nno JSON\n{"n": 2}\n')
    (out / "b.ndjson").write_text("no JSON")
    (out / "c.part").write_text('{"n": 3')
    async with partner(tmp_path / "partner") as (port, key, hosts):
        places = {"sensors": stream.name, ":22/": f":{port}/", "id": key, "known_hosts": hosts}
        process = start("integration/sftp_in.py", environment, places)
        lines = [await asyncio.to_thread(first_line, process) for _ in range(2)]
        stop(process)
    assert lines == [f"Stored '{name}.ndjson'; 1 lines were no records.\n" for name in "ab"]
    left = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*"))
    assert left == ["c.part", "done/a.ndjson", "done/b.ndjson"]
    assert sorted(each["n"] for each in stream.records()) == [1, 2]


async def test_sftp_in_refuses_another_server(tmp_path: Path, environment: Environment) -> None:
    (tmp_path / "partner").mkdir()
    async with partner(tmp_path / "partner") as (port, key, hosts):
        hosts.write_text(f"[127.0.0.1]:{port} {key.with_name('authorized').read_text()}")
        process = start("integration/sftp_in.py", environment, {":22/": f":{port}/", "id": key, "known_hosts": hosts})
        assert process.stderr is not None
        with limited(process):
            line = await asyncio.to_thread(process.stderr.readline)
        stop(process)
    assert line.startswith("HostKeyNotVerifiable")
