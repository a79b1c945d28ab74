"""Posts wrong passwords without a pause: PORT CERTIFICATE CLIENTS → {status: how many}."""

import json
import re
import ssl
import sys
import threading
from collections import Counter
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlencode

PATH = "/accounts/sign-in/"
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def main(port: int, certificate: str, clients: int) -> None:
    stopped = threading.Event()
    answers: Counter[int] = Counter()
    trust = ssl.create_default_context(cafile=certificate)
    threads = [threading.Thread(target=flood, args=(port, trust, n, answers, stopped)) for n in range(clients)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    stopped.set()
    for thread in threads:
        thread.join()
    print(json.dumps(answers))


def flood(port: int, trust: ssl.SSLContext, number: int, answers: "Counter[int]", stopped: threading.Event) -> None:
    line = HTTPSConnection("localhost", port, source_address=(f"127.0.1.{number + 1}", 0), context=trust, timeout=60)
    cookie, token = begin(line)
    headers = HEADERS | {"Cookie": cookie, "Origin": f"https://localhost:{port}"}
    tried = 0
    while not stopped.is_set():
        tried += 1
        form = {"csrfmiddlewaretoken": token, "username": f"nobody-{number}", "password": f"a wrong password {tried}"}
        try:
            line.request("POST", PATH, urlencode(form), headers)
            answer = line.getresponse()
            answer.read()
            answers[answer.status] += 1
        except (OSError, HTTPException):
            answers[0] += 1
            line.close()


def begin(line: HTTPSConnection) -> tuple[str, str]:
    """The cookie and the token of a form."""
    line.request("GET", PATH)
    answer = line.getresponse()
    [token, *_] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
    cookies = (each.split(";")[0] for each in answer.headers.get_all("Set-Cookie", []))
    return "; ".join(cookies), token


main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
