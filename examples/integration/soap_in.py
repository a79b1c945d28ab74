"""Takes records by SOAP 1.1, as records.wsdl describes, and puts each into a stream.

    python examples/integration/soap_in.py sensors --port 8083

Its description is at http://127.0.0.1:8083/?wsdl. MILLRACE_TOKEN is an API token with the scope write:streams,
SOAP_TOKEN a secret of your choice, which callers send as `Authorization: Bearer …`. A caller is answered after the
record is stored. It may send a call again, and the call's id, the Idempotency-Key, makes that once. Put a server
with TLS before it.
"""

import argparse
import hashlib
import json
import os
from hmac import compare_digest
from pathlib import Path

from _server import HttpHandler, HttpServer
from http_in import RefusedError, UnavailableError, put
from lxml import etree

MOST_BYTES = 256 << 10
TRIES = 3  # then the caller tries
SOAP, OURS = "http://schemas.xmlsoap.org/soap/envelope/", "urn:millrace:example:records"
WSDL = Path(__file__).with_name("records.wsdl").read_text()


def call_of(body: bytes) -> tuple[str, bytes]:
    """Returns the id and the record of a Put. Raises ValueError. No entity is expanded or fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"The request is not XML: {error}") from None
    if tree.getroottree().docinfo.doctype:
        raise ValueError("A SOAP message has no DTD.")
    call = tree.find(f"{{{SOAP}}}Body/{{{OURS}}}Put")
    name, record = (call.findtext(f"{{{OURS}}}{each}") if call is not None else None for each in ("id", "record"))
    if not name or not record or len(name) > 200:
        raise ValueError("A Put has an id of 1 to 200 characters and a record.")
    return name, json.dumps(json.loads(record)).encode()  # without line ends


class Handler(HttpHandler):
    def do_GET(self) -> None:  # noqa: N802 - the name http.server calls
        self._answer(200, WSDL.replace("ADDRESS", f"http://127.0.0.1:{self.server.server_port}/"))

    def do_POST(self) -> None:  # noqa: N802 - the name http.server calls
        sent = self.headers.get("Authorization", "").encode()
        if not compare_digest(sent, f"Bearer {os.environ['SOAP_TOKEN']}".encode()):
            return self._fault(401, "Client", "The token is wrong.")
        body = self.body(MOST_BYTES)
        if body is None:
            return None
        try:
            name, line = call_of(body)
            told = put(self.stream, line, f"soap-{hashlib.sha256(name.encode()).hexdigest()}", TRIES)
        except (ValueError, RecursionError, RefusedError) as error:
            return self._fault(500, "Client", str(error))  # SOAP 1.1 §6.2: every fault has the status 500
        except UnavailableError:
            return self._fault(500, "Server", "The stream gives no answer: send the call again.")
        sequence = told["outcomes"][0]["sequence"]
        return self._answer(
            200, _envelope(f'<PutResponse xmlns="{OURS}"><sequence>{sequence}</sequence></PutResponse>')
        )

    def _fault(self, status: int, who: str, says: str) -> None:
        fault = etree.Element("faultstring")
        fault.text = "".join(letter for letter in says[:300] if letter.isprintable())
        text = etree.tostring(fault).decode()
        self._answer(status, _envelope(f"<s:Fault><faultcode>s:{who}</faultcode>{text}</s:Fault>"))

    def _answer(self, status: int, xml: str) -> None:
        self.answer(status, "text/xml; charset=utf-8", xml.encode())


def _envelope(inner: str) -> str:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{inner}</s:Body></s:Envelope>'


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Takes records by SOAP and puts each into a stream.")
    arguments.add_argument("stream")
    arguments.add_argument("--port", type=int, required=True)
    options = arguments.parse_args()
    Handler.stream = options.stream
    server = HttpServer(("127.0.0.1", options.port), Handler)
    print(f"SOAP at http://127.0.0.1:{options.port}/?wsdl", flush=True)
    server.serve_forever()
