"""Fetches files of JSON lines from a partner's SFTP folder, puts their lines into a stream, and moves them to done/.

    python examples/integration/sftp_in.py sensors sftp://millrace@127.0.0.1:22/out --key id --known-hosts known_hosts

MILLRACE_TOKEN is an API token with the scope write:streams. The partner writes a file under another name and renames
it to NAME.ndjson when it is whole. A file is moved after all of it is stored; one that was stored in part is put
again, and its batches are stored once: their Idempotency-Keys are the file's digest and their number. On a server of
your own, `manage.py produce tail` reads the folder itself.
"""

import argparse
import asyncio
import hashlib
import io
import sys
from urllib.parse import urlsplit

import asyncssh
from http_in import RefusedError, UnavailableError, batches, put

MOST_BYTES = 64 << 20  # of a file: it is held in memory
PAUSE = 10  # seconds between two looks


async def fetch_all(sftp: asyncssh.SFTPClient, stream: str, folder: str) -> None:
    """Puts each whole file, the oldest name first, and moves it."""
    await sftp.makedirs(f"{folder}/done", exist_ok=True)
    for name in sorted(map(str, await sftp.listdir(folder))):
        path = f"{folder}/{name}"
        if not name.endswith(".ndjson"):
            continue
        if ((await sftp.stat(path)).size or 0) > MOST_BYTES:
            print(f"{name!r} has more than {MOST_BYTES:,} bytes: put it by `manage.py produce lines`.", file=sys.stderr)
            continue
        async with sftp.open(path, "rb") as file:
            content = await file.read(MOST_BYTES)
        assert isinstance(content, bytes)
        digest = hashlib.sha256(name.encode() + b"\0" + content).hexdigest()
        bad = 0
        for number, body in enumerate(batches(io.BytesIO(content))):
            try:
                bad += (await asyncio.to_thread(put, stream, body, f"sftp-{digest}-{number}"))["failed"]
            except RefusedError as error:  # none of the batch is a record
                print(f"{name!r}: {error}", file=sys.stderr)
                bad += body.count(b"\n") + (not body.endswith(b"\n"))
        await sftp.posix_rename(path, f"{folder}/done/{name}")
        print(f"Stored {name!r}; {bad} lines were no records.", flush=True)


async def follow(options: argparse.Namespace) -> None:
    """Looks into the folder again and again, over one connection as long as it holds."""
    while True:
        try:
            async with (
                asyncssh.connect(
                    options.address.hostname,
                    options.address.port or 22,
                    username=options.address.username,
                    client_keys=[options.key],
                    known_hosts=options.known_hosts,  # so that nobody else can be the partner
                    keepalive_interval=15,
                ) as connection,
                connection.start_sftp_client() as sftp,
            ):
                while True:
                    await fetch_all(sftp, options.stream, options.address.path.strip("/"))
                    await asyncio.sleep(PAUSE)
        except (OSError, asyncssh.Error, UnavailableError) as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        await asyncio.sleep(PAUSE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Fetches files from an SFTP folder and puts their lines into a stream."
    )
    parser.add_argument("stream")
    parser.add_argument("address", type=urlsplit, help="sftp://USER@HOST:PORT/FOLDER, the folder below the user's own")
    parser.add_argument("--key", required=True, help="the file of the private key")
    parser.add_argument("--known-hosts", required=True, help="the file of the partner's public keys")
    asyncio.run(follow(parser.parse_args()))
