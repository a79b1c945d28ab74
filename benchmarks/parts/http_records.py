"""Puts lines of JSON by HTTP: HOST PORT CERTIFICATE TOKEN STREAM REQUESTS CLIENTS → {"seconds", "cpu", "records"}.

Each client has one connection and one body of 4,096 trades, made beforehand, and asks again as soon as it is answered.
"""

import json
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPSConnection

from benchmarks.parts.trades import begin, rows, spent

RECORDS = 4096  # of a request


def main(host: str, port: int, certificate: str, token: str, stream: str, requests: int, clients: int) -> None:
    trust = ssl.create_default_context(cafile=certificate)
    body = b"\n".join(json.dumps(row).encode() for row in rows(RECORDS))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}

    def put(count: int) -> int:
        line = HTTPSConnection(host, port, timeout=60, context=trust)
        stored = 0
        for _ in range(count):
            line.request("POST", f"/streams/{stream}/records?key=tickerSymbol", body, headers)
            answer = line.getresponse()
            told = json.loads(answer.read())
            assert answer.status == 200, told
            stored += told["records"]
        line.close()
        return stored

    put(2)  # each process has then loaded what it needs
    began = begin()
    with ThreadPoolExecutor(clients) as pool:
        records = sum(pool.map(put, [requests // clients] * clients))
    print(json.dumps(spent(began) | {"records": records}))


host, port, certificate, token, stream, requests, clients = sys.argv[1:]
main(host, int(port), certificate, token, stream, int(requests), int(clients))
