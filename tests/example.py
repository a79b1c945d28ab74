"""The example application in processes of its own: `tests/example_settings.py` installs it beside the real ones."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from tests.deployment import ROOT, Deployment

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.example_settings"}
FOLDER = ROOT / "tests/example_application"
SCRIPTS = "applications/*/frontend/*.js"


class ExampleDeployment(Deployment):
    """A deployment with the example application."""

    def start(self, *words: str, variables: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        return super().start(*words, variables=SETTINGS | dict(variables or {}))

    def put(self, *datas: bytes) -> None:
        """Puts records of the attic into the stream `readings`, with one time of arrival."""
        EmbeddedStream(self.streams, "readings").put([("attic", data) for data in datas])

    def python(self, code: str) -> str:
        """Returns the output of code that runs beside the application."""
        whole = f"import django; django.setup()\n{code}"
        found = subprocess.run(
            [sys.executable, "-c", whole],
            env=self.environment,
            cwd=ROOT,
            check=True,
            text=True,
            capture_output=True,
            timeout=300,
        )
        return found.stdout.strip()


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> ExampleDeployment:
    deployment = ExampleDeployment(tmp_path_factory.mktemp("example"))
    deployment.environment |= SETTINGS | {"STATE_HEAD": "100"}  # bytes, so that states have segments
    deployment.create("readings", shards=2)
    return deployment


def naive_means(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the report that the records of a stream should give."""
    found: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for record in records:
        found[f"{record['arrived'][:16]}:00.000Z", record["data"]["device"]].append(record["data"]["celsius"])
    return [
        {"minute": minute, "stream": "readings", "device": device, "mean": round(sum(all_) / len(all_), 2)}
        | {"readings": len(all_)}
        for (minute, device), all_ in sorted(found.items())
    ]


def bundle(folder: Path) -> None:
    """Builds the front end as `npm run build` does, with the scripts of the example, into a folder."""
    build = json.loads((ROOT / "package.json").read_text())["scripts"]["build"].partition(" && ")[2]
    build = build.replace(SCRIPTS, f"{SCRIPTS} {FOLDER.relative_to(ROOT)}/frontend/*.js")
    build = build.replace("--outdir=build/static/", f"--outdir={folder}/")
    path = f"{ROOT / 'node_modules/.bin'}:{os.environ['PATH']}"
    subprocess.run(build, shell=True, check=True, cwd=ROOT, env=os.environ | {"PATH": path}, timeout=300)
