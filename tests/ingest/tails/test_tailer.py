"""A flow follows its files."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.tails import conversions, tailer, tracking
from ingest.tails.cutting import MOST_DATA, Rules
from tests.ingest.tails.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_from_the_end_leaves_out_the_lines_that_are_there_at_the_first_run(tmp_path: Path) -> None:
    scene = Scene(tmp_path, from_end=True)
    scene.append("a.log", "old\n")
    scene.step()
    scene.kill()
    scene.append("a.log", "new\n")
    scene.append("b.log", "first\n")
    assert sorted(scene.settle()) == ["first", "new"]


def test_last_line_waits_for_its_newline(scene: Scene) -> None:
    scene.append("a.log", "whole\npart")
    assert scene.settle() == ["whole"]
    assert scene.tailer.caught_up()
    scene.append("a.log", "ed\n")
    assert scene.settle() == ["whole", "parted"]


def test_header_is_skipped_in_each_file(tmp_path: Path) -> None:
    scene = Scene(tmp_path, "*.log*", headers=2)
    for name in ("a.log", "b.log"):
        scene.append(name, "# one\n")
        scene.step()
        scene.append(name, f"# two\n{name}\n")
    scene.step()
    scene.copy("a.log")
    scene.append("a.log", "# one\n# two\nagain\n")
    assert sorted(scene.settle()) == ["a.log", "again", "b.log"]


def test_record_of_many_lines_ends_with_the_next_or_after_a_while(tmp_path: Path) -> None:
    scene = Scene(tmp_path, rules=Rules(re.compile(rb"\d")))
    scene.append("a.log", "1\n  x\n2\n")
    scene.step()
    assert scene.lines() == ["1\n  x"]
    assert not scene.tailer.caught_up()
    assert scene.settle() == ["1\n  x", "2"]


def test_removed_file_is_read_to_its_end_while_it_is_open(scene: Scene) -> None:
    scene.append("a.log", "1\n")
    scene.step()
    scene.append("a.log", "2\n")
    (scene.folder / "a.log").unlink()
    assert (scene.settle(), scene.lost()) == (["1", "2"], [])


def test_bytes_of_a_file_that_was_removed_during_a_stop_are_told_as_lost(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.append("a.log", "1\nunfinished")
    scene.step()
    scene.kill()
    (scene.folder / "a.log").unlink()
    scene.settle()
    assert scene.lost() == [(str(scene.folder / "a.log"), 10)]
    assert "was removed before its end was read: at least 10 bytes are lost." in caplog.text


def test_new_file_under_the_inode_of_another_is_read_from_its_start(scene: Scene) -> None:
    path = scene.folder / "a.log"
    scene.append("a.log", "old 1\n")
    scene.step()
    inode = path.stat().st_ino
    scene.kill()
    path.write_text("new 1\nnew 2\n")  # the same inode, other content
    assert path.stat().st_ino == inode
    assert scene.settle() == ["old 1", "new 1", "new 2"]


def test_file_that_no_pattern_matches_is_never_read_under_the_inode_of_another(scene: Scene) -> None:
    scene.append("a.log", "1\n")
    scene.step()
    (scene.folder / "a.log").rename(scene.folder / "private.txt")
    (scene.folder / "private.txt").write_text("a secret that is long\n")
    assert scene.settle() == ["1"]


def test_compressed_files_are_left_out(tmp_path: Path) -> None:
    scene = Scene(tmp_path, "*")
    scene.append("a.log.1.gz", "packed\n")
    scene.append("a.log", "1\n")
    assert scene.settle() == ["1"]


def test_long_line_is_cut_off_once_even_if_killed_inside_it(scene: Scene) -> None:
    scene.append("a.log", "x" * (2 * MOST_DATA))
    scene.step()
    scene.kill()
    scene.append("a.log", "rest\nnext\n")
    lines = scene.settle()
    assert [len(line) for line in lines] == [MOST_DATA, 4]
    assert (lines[0][-1], scene.tailer.tally.overlong) == ("\n", 1)


def test_line_of_a_writer_that_does_not_append_comes_after_the_hole(scene: Scene) -> None:
    with (scene.folder / "a.log").open("w") as file:
        file.write("1\n" * 5000)
        file.flush()
        scene.step()
        os.truncate(scene.folder / "a.log", 0)
        scene.step()
        file.write("2\n")
    assert scene.settle() == ["1"] * 5000 + ["2"]


def test_device_numbered_anew_is_no_new_file(scene: Scene) -> None:
    scene.append("a.log", "1\n")
    scene.step()
    device = (scene.folder / "a.log").stat().st_dev
    scene.stream.kept = {k: v.replace(f'"device":{device}', '"device":1') for k, v in scene.stream.kept.items()}
    scene.kill()
    scene.append("a.log", "2\n")
    assert scene.settle() == ["1", "2"]


def test_files_in_folders_are_found_by_pattern(tmp_path: Path) -> None:
    scene = Scene(tmp_path, "**/app-*/[ab].log")
    (tmp_path / "x" / "app-1").mkdir(parents=True)
    scene.append("x/app-1/a.log", "1\n")
    scene.append("x/app-1/c.log", "no\n")
    scene.step()
    (tmp_path / "app-2").mkdir()
    scene.append("app-2/b.log", "2\n")
    assert scene.settle() == ["1", "2"]


def test_file_that_cannot_be_read_is_told_once_and_tried_again(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.append("a.log", "1\n")
    real, refused = os.open, [True]

    def guarded(path: str, flags: int, mode: int = 0o777) -> int:
        if refused[0] and str(path).endswith("a.log"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", guarded)
    assert (scene.settle(), caplog.text.count("a.log cannot be read: Permission denied.")) == ([], 1)
    refused[0] = False
    assert scene.settle() == ["1"]


def test_files_beyond_the_most_are_left_out_and_told(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "MOST_FILES", 2)
    for number, name in enumerate(("old.log", "a.log", "b.log")):
        scene.append(name, f"{name}\n")
        os.utime(scene.folder / name, (number, number))
    assert sorted(scene.settle()) == ["a.log", "b.log"]
    assert caplog.text.count("1 files are left out: a flow follows 2 at most.") == 1


def test_conversions_make_batches_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tailer, "LINES_CONVERTED", 16)
    monkeypatch.setattr(tailer, "BYTES_CONVERTED", 10_000)
    scene, sizes = Scene(tmp_path), list[int]()
    columns = [f"column_{place}" for place in range(100)]
    scene.flow = replace(scene.flow, converts=(conversions.csv_to_json(columns, ","),))
    scene.kill()
    scene.append("a.log", "".join(f"{place}\n" for place in range(1000)) + "last")
    for _ in range(60):
        before = len(scene.stream.entries)
        scene.step(0.5)
        sizes.append(sum(len(data) for _, data in scene.stream.entries[before:]))
    assert 10_000 < max(sizes) <= 10_000 + 16 * 2_000
    scene.append("a.log", " one\n")
    made = [json.loads(line)["column_0"] for line in scene.settle()]
    assert made == [*map(str, range(1000)), "last one"]
