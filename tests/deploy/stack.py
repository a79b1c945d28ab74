"""A Millrace as it is deployed, by the files of deploy/, on ports and in folders of its own."""

import fcntl
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests import once
from tests.databases import Database
from tests.deployment import ROOT, Deployment, running
from tests.waiting import wait_for

HOST = "localhost"
STARTS = 300  # seconds: a dozen processes start at once
BIN = Path(sys.executable).parent


class Stack:
    def __init__(
        self,
        folder: Path,
        database: Database | None = None,
        limited: bool = True,
        checkout: Path = ROOT,
        **environment: str,
    ) -> None:
        """Makes the site, its certificate and the files of nginx; start() starts all of it.

        With `limited` off, one address may ask as often as it likes: for tests of load.
        """
        self.folder = folder
        self.checkout = checkout
        self.runtime = Path(tempfile.mkdtemp(prefix="millrace-"))  # short: a unix socket's path has at most 107 bytes
        self.plain_port, self.port, self.endpoint_port = free_ports(3)
        self.url = f"https://{HOST}:{self.port}"
        self.deployment = Deployment(folder, database)
        self.deployment.environment |= {
            "SOCKET_LIMIT": "10000",  # the benchmarks' viewers are one person
            "DEBUG": "false",
            "VAR_DIR": str(folder),
            "ALLOWED_HOSTS": HOST,
            "CSRF_TRUSTED_ORIGINS": self.url,
            "RUNTIME_DIRECTORY": str(self.runtime),
            "PASSWORD_KEYS": f"k1:{b64encode(os.urandom(32)).decode()}",
            "FIELD_KEYS": f"k1:{b64encode(os.urandom(32)).decode()}",
            "SECRET_KEY": "9vTq2LxZ0eWm7KcYdR4uHs1NbGj8PfAoXi5Ql3VwBz6ErMtCyDhUkJ",
        } | environment
        collect(self.deployment)
        self.certificate = certificate(folder)
        self.configuration = self._configuration({} if limited else {"r/s": "0000r/s", "r/m": "0000r/m"})
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def _configuration(self, changes: dict[str, str]) -> Path:
        """deploy/nginx.conf, with this stack's own folders and ports and nothing else changed."""
        (self.folder / "nginx").mkdir()
        changes |= {
            "user www-data;": "user root;" if os.getuid() == 0 else "",
            "pid /run/nginx.pid;": f"pid {self.runtime}/nginx.pid;\ndaemon off;",
            "/var/log/nginx/": f"{self.folder}/",
            "/etc/millrace/nginx/": f"{self.folder}/nginx/",
            "/etc/millrace/tls/": f"{self.folder}/",
            "/run/millrace/": f"{self.runtime}/",
            "/var/lib/millrace/": f"{self.folder}/",
            "/opt/millrace/": f"{self.checkout}/",
            "/var/www/acme": f"{self.folder}/acme",
            "listen [::]:": "#",
            "listen 4567": f"listen 127.0.0.1:{self.endpoint_port}",
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "listen 80": f"listen 127.0.0.1:{self.plain_port}",
            "https://streams.example.org": self.url,
            "streams.example.org": HOST,
        }
        for name in ("nginx.conf", *(f"nginx/{part.name}" for part in (self.checkout / "deploy/nginx").glob("*.conf"))):
            text = (self.checkout / "deploy" / name).read_text()
            for of_the_server, of_the_test in changes.items():
                text = text.replace(of_the_server, of_the_test)
            (self.folder / name).write_text(text)
        return self.folder / "nginx.conf"

    def start(self, *, one_box: bool = False) -> "Stack":
        """Each process by itself, as systemd does, or one uWSGI that has the others, consumers too, in its care."""
        try:
            self._start(one_box=one_box)
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self, *, one_box: bool) -> None:
        if one_box:
            self.run("one-box", BIN / "uwsgi", self.checkout / "deploy/onebox.ini")
        else:
            self.run("web", BIN / "uwsgi", self.checkout / "deploy/uwsgi.ini")
            self.run("login", BIN / "uwsgi", self.checkout / "deploy/login.ini")
            self.run("ingest", BIN / "uwsgi", self.checkout / "deploy/ingest.ini")
            self.run("sockets", self.checkout / "deploy/sockets")
        for name in ("web", "login", "ingest", "sockets"):
            wait_for(lambda name=name: connects(self.runtime / f"{name}.sock"), STARTS)  # type: ignore[misc]
        self._start_nginx()

    def _start_nginx(self) -> None:
        self.run("nginx", "nginx", "-c", self.configuration, "-p", self.folder)
        wait_for(lambda: self.get("/accounts/sign-in/")[0] == 200, STARTS)

    def restart_sockets(self) -> None:
        """Starts uvicorn and nginx anew."""
        for name in ("nginx", "sockets"):
            self.processes[name].terminate()
            self.processes[name].wait(timeout=60)
            running.discard(self.processes[name])
        self.run("sockets", self.checkout / "deploy/sockets")
        wait_for(lambda: connects(self.runtime / "sockets.sock"), STARTS)
        self._start_nginx()

    def run(self, name: str, *words: object) -> "subprocess.Popen[str]":
        """One process of the stack, its words in NAME.log."""
        with (self.folder / f"{name}.log").open("a") as log:
            process = subprocess.Popen(
                [*map(str, words)],
                cwd=self.checkout,
                env=self.deployment.environment,
                text=True,
                stdout=log,
                stderr=log,
            )
        running.add(process)
        self.processes[name] = process
        return process

    def manage(self, name: str, *words: str) -> "subprocess.Popen[str]":
        """A manage.py command that goes on, as a consumer does."""
        return self.run(name, sys.executable, self.checkout / "manage.py", *words)

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Status and body; (0, b"") where nobody answers."""
        request = Request(self.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        try:
            with urlopen(request, context=self.trust(), timeout=60) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def trust(self) -> ssl.SSLContext:
        """Believes this stack's certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def wait_until_loaded(self, *pools: str) -> None:
        """Waits for workers that came after a kill: uWSGI loses their SIGTERM while they load, and waits for 40 s."""
        for pool in pools:
            wait_for(partial(has_loaded, self.runtime / f"{pool}-stats.sock"), STARTS)

    def stop(self) -> None:
        """As systemd stops: SIGTERM to each, nginx with SIGQUIT; a process that does not end in 50 s is killed."""
        for name, process in reversed(self.processes.items()):
            process.send_signal(signal.SIGQUIT if name == "nginx" else signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=60)
            running.discard(process)
        shutil.rmtree(self.runtime)


def collect(deployment: Deployment) -> None:
    """Puts the static files into the folder of a deployment: a copy of those that the command has collected in build/.

    To pack them takes 5 s of a processor, so all stacks of all processes share them. The command brings them up to date
    once in a run; with DEBUG off their names and contents depend on no other setting.
    """
    kept = ROOT / "build/collected"
    kept.mkdir(parents=True, exist_ok=True)

    def make(done: Path) -> None:
        with (kept / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # other runs may use the folder too
            words = ("collectstatic", "--no-input", "--verbosity", "0")
            command = deployment.start(*words, variables={"VAR_DIR": str(kept)})
            _, errors = command.communicate(timeout=120)
            assert command.returncode == 0, errors
            shutil.copytree(kept / "static", done)

    once.first("static", make)
    shutil.copytree(once.folder() / "static", deployment.folder / "static")


def certificate(folder: Path) -> Path:
    """A certificate for HOST that it signed itself, as fullchain.pem and privkey.pem."""
    chain = folder / "fullchain.pem"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    words += ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    subprocess.run(
        [*words, "-keyout", folder / "privkey.pem", "-out", chain], check=True, capture_output=True, timeout=120
    )
    return chain


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    # gixy takes any port with 443 in it for one that speaks TLS.
    return ports if not any("443" in str(port) for port in ports) else free_ports(count)


def connects(path: Path) -> bool:
    """Whether somebody listens on a unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def has_loaded(stats: Path) -> bool:
    """Whether each worker of a pool has the application, by the statistics of uWSGI."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(stats))
            told = b"".join(iter(lambda: client.recv(65_536), b""))
        except OSError:
            return False
    return all(worker["apps"] for worker in json.loads(told)["workers"])


Starter = Callable[..., Stack]
