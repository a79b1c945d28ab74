"""Files that are nearly right are read, or refused in words; with FUZZ_SECONDS it runs for longer."""

import os
import time
from pathlib import Path

from tests.ingest.files.fuzz import Fuzz

FILES = 150


def test_files_that_are_nearly_right_are_read_or_refused(tmp_path: Path) -> None:
    fuzz = Fuzz(tmp_path, seed=int(os.environ.get("FUZZ_SEED", "1")))
    for _ in range(FILES):
        fuzz.step()
    ends = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "0"))
    while time.monotonic() < ends:
        fuzz.step()
    print(fuzz.found)  # noqa: T201 - with pytest -s
    assert {"read", "refused", "broke off"} <= set(fuzz.found)
