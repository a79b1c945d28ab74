"""Has group_send.py send to its group, at a rate: ADDRESS RATE → [[version, milliseconds just before], …]."""

import json
import select
import sys

from websockets.sync.client import connect


def main(address: str, rate: float) -> None:
    stamps = []
    with connect(f"ws://{address}/ws/live/", origin=None, proxy=None) as socket:
        socket.recv()
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], 1 / rate)[0]:
            socket.send("bump")
            stamps.append(json.loads(socket.recv()))
        print(json.dumps(stamps))


main(sys.argv[1], float(sys.argv[2]))
