"""Follows the files of one flow through rotation: by renaming, by copying and truncating, and by removal."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from ingest.tails import copies, positions
from ingest.tails.files import Descriptors, Followed
from ingest.tails.finding import Finding
from ingest.tails.folders import Folders
from ingest.tails.past import Past
from ingest.tails.positions import GONE, TRUNCATED, Id, Position, hashed
from ingest.tails.turns import Turns

MOST_FILES = 10_000
PATHS_KEPT = 1000  # of files that are gone
COPY_QUIET = 10.0  # seconds without a change after which a file with the content of another is no copy in the making
COPY_MOST = 600.0  # seconds after which it is none even if it grows
LAST_LINE = 5.0  # seconds without a change after which the last line of a rotated file is complete


class Tracker:
    """Knows the files of a flow and their positions. It reads no records, and stores nothing."""

    def __init__(
        self,
        patterns: Sequence[str],
        *,
        from_end: bool = False,
        headers: int = 0,
        folders: Folders | None = None,
        descriptors: Descriptors | None = None,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.changes: dict[int, Position | None] = {}  # to be stored, by serial number
        self.started = False
        self.firsts = copies.Firsts()
        self.descriptors = descriptors or Descriptors()
        self._over = 0  # files beyond MOST_FILES
        self.files: dict[Id, Followed] = {}
        self._from_end = from_end
        self._headers = headers
        self._finding = Finding(patterns, folders or Folders())
        self.now = now
        self._serial = 0
        self._past = Past(now)
        self.told = self._past.told  # sentences for people
        self._orphans: dict[int, Position] = {}  # positions whose file has other content now, or is not to be found
        self._turns = Turns()
        self._new: dict[Followed, None] = {}  # in the order in which they were found
        self._paths: dict[str, Followed] = {}

    def load(self, found: Mapping[int, Position], now: float) -> None:
        """Takes the stored positions; the flow was started before."""
        self.started = True
        self._serial = max(found, default=0)
        for serial in sorted(found):
            position = found[serial]
            if position.state != positions.FOLLOWED:
                self._past.load(serial, position)
                continue
            if former := self.files.get(position.id):
                self._orphans[former.serial] = former.position
            file = self.files[position.id] = Followed(serial, position, now, decided=False)
            self._add(file)

    def look(self, now: float) -> None:
        """Finds new files, and sees which files have changed."""
        self._find(now)
        for file in self._turns.due(self.files.values(), now):
            if self._has(file):
                self._see(file, now)
        if self._orphans:
            self._find(now)
        self._decide_all(now)
        self._new = {file: None for file in self._new if not file.decided and self._has(file)}
        for serial, position in [*self._orphans.items()]:
            self._give_up(serial, position, now)
        self.started = True

    def readable(self) -> Iterator[Followed]:
        """Yields the files with bytes to read, older ones first."""
        for file in sorted(self._turns.busy, key=lambda each: each.serial):
            if file.after and not (file.after.readable and self._has(file.after)):
                file.after = None
            if file.readable and not file.after and self._has(file):
                yield file

    def held(self) -> Iterator[Followed]:
        """Yields the files with a last line that has no newline yet."""
        return (file for file in self._turns.busy if file.held and self._has(file))

    def caught_up(self) -> bool:
        """Returns whether every file is read to its end; the last line may have no newline yet."""
        return not any(file.readable or file.uncertain for file in self._turns.busy if self._has(file))

    def _add(self, file: Followed) -> None:
        self._new[file] = None
        self._turns.add(file)

    def _has(self, file: Followed) -> bool:
        return self.files.get(file.id) is file

    def fault(self, file: Followed, error: OSError, now: float) -> None:
        """Leaves a file that cannot be read for a while."""
        if sentence := file.fail(error, now):
            self.told.append(sentence)

    def has_ended(self, file: Followed) -> bool:
        """Returns whether the writer has turned to another file.

        Then the file was renamed or removed, or has the name of a file beside it with a rotation's ending.
        """
        return file.position.rotated or file.missing or self._finding.has_successor(file.position.path)

    def truncated(self, file: Followed, now: float) -> None:
        """Begins a file anew that has other content than was read; one that no pattern matches is left."""
        self._orphans[file.serial] = file.position
        self.descriptors.close(file)
        del self.files[file.id]
        if file.id in self._finding.matched:
            self._follow(file.position.path, file.id, now)

    def gone(self, file: Followed) -> None:
        """Ends a file that was removed."""
        self.descriptors.close(file)
        self.files.pop(file.id, None)
        self.firsts.keep(self.files.values())
        if len(self._paths) > 2 * len(self.files) + PATHS_KEPT:
            self._paths = {file.position.path: file for file in self.files.values()}
        lost = max(file.size, file.position.size) - file.position.offset
        self._close(file.serial, file.position, GONE, max(0, lost))

    def _find(self, now: float) -> None:
        if not self._finding.search(now, anew=bool(self._orphans) or not self.started):
            return
        self.told += self._finding.complaints()
        for file in [*self.files.values()]:
            self._name(file)
        new = [(path, key) for key, path in self._finding.matched.items() if key not in self.files]
        over = max(0, len(new) - (MOST_FILES - len(self.files)))
        if over > self._over:
            self.told.append(f"{over:,} files are left out: a flow follows {MOST_FILES:,} at most.")
        self._over = over
        for path, key in sorted(new, key=lambda each: copies.changed(each[0]))[over:]:
            self._follow(path, key, now)

    def _name(self, file: Followed) -> None:
        """Notes the path that a file has now; without one it is missing."""
        path = self._finding.path_of(file.id, file.position.path)
        file.missing = path is None
        if path is not None and path != file.position.path:
            self._change(file, replace(file.position, path=path, rotated=True))

    def _follow(self, path: str, key: Id, now: float) -> None:
        self._serial += 1
        file = Followed(self._serial, Position(path, *key, headers=self._headers), now, decided=False)
        file.after = self._paths.get(path)
        self.files[key] = self._paths[path] = file
        self._add(file)

    def _see(self, file: Followed, now: float) -> None:
        """Notes the size of a file."""
        held = self.descriptors.held(file)
        try:
            found = os.stat(file.position.path) if held is None else os.fstat(held)
        except OSError:
            found = None
        if found is None or (found.st_dev, found.st_ino) != file.id:
            self._finding.look_beside()
            self._name(file)
            if file.missing:
                self._orphan(file)
            return
        file.missing = file.missing or found.st_nlink == 0
        if file.fault and now >= file.retry:
            file.fault = ""
        if (found.st_size, found.st_mtime_ns) == (file.size, file.changed):
            if file.missing and now - file.quiet_since >= LAST_LINE and not file.readable and not file.held:
                self.gone(file)
            return
        file.size, file.changed, file.quiet_since = found.st_size, found.st_mtime_ns, now
        file.held = False
        self._turns.add(file)
        if file.decided and file.size <= file.position.offset and not self._same(file):
            self.truncated(file, now)

    def _same(self, file: Followed) -> bool:
        """Returns whether a file has the content still that was read."""
        try:
            return positions.matches(file.position, self.descriptors.open(file))
        except OSError as error:
            self.fault(file, error, file.retry)
            return True

    def _orphan(self, file: Followed) -> None:
        """Leaves a file that is not to be found; its position is for a file with the same content."""
        self.descriptors.close(file)
        self.files.pop(file.id, None)
        self._orphans[file.serial] = replace(file.position, size=max(file.size, file.position.size))

    def _decide_all(self, now: float) -> None:
        """Decides on new files, anew as long as that shows that others were truncated: a new one may be their copy."""
        before = -1
        while before != self._serial:
            before = self._serial
            for file in [*self._new]:
                # A copy is whole when its original is truncated, though an earlier look may have seen it empty.
                if (file.changed < 0 or (self._orphans and not file.size)) and self._has(file):
                    self._see(file, now)
                if not file.decided and self._has(file):
                    self._decide(file, now)

    def _decide(self, file: Followed, now: float) -> None:
        """Finds out whether a new file is the one that it was, a copy of another one, or really new."""
        if not file.size and not file.position.headed:
            return
        try:
            descriptor = self.descriptors.open(file)
            first = positions.first_of(descriptor)
            if not positions.matches(file.position, descriptor):
                self.truncated(file, now)
            elif file.position.headed:
                file.decided = True
                self.firsts.note(file, first)
            else:
                self._begin(file, descriptor, first, now)
        except FileNotFoundError:
            self._orphan(file)
        except OSError as error:
            self.fault(file, error, now)

    def _begin(self, file: Followed, descriptor: int, first: bytes, now: float) -> None:
        self.firsts.note(file, first)
        originals = [
            other for other in self.firsts.alike(file.first) if other is not file and other.decided and self._has(other)
        ]
        may_be_copy = self._may_be_copy(file, now) and copies.is_copy(descriptor, originals, self.descriptors)
        for other in originals:
            if not self._same(other):
                self.truncated(other, now)
        for serial, position in self._orphans.items():
            if copies.continues(position, file.position, descriptor, was_truncated=position.id in self.files):
                self._adopt(file, serial, now)
                return
        if may_be_copy or not first:
            return
        position = replace(file.position, headed=len(first), head=hashed(first), size=file.size)
        if self._from_end and not self.started:
            tail = positions.tail_of(descriptor, file.size)
            position = replace(position, began=file.size, offset=file.size, tail=tail, headers=0)
        if positions.matches(position, descriptor):  # otherwise the file was truncated just now; the next look decides
            file.decided = True
            self._change(file, position)

    def _may_be_copy(self, file: Followed, now: float) -> bool:
        from_start = self.started or not self._from_end
        return from_start and now - file.quiet_since < COPY_QUIET and now - file.born < COPY_MOST

    def _adopt(self, file: Followed, serial: int, now: float) -> None:
        """Reads on in a copy from the position of the original."""
        position = self._orphans.pop(serial)
        copied = position.id in self.files
        if copied and (original := self.files[position.id]) is not file:
            original.after = file
        file.serial = serial
        device, inode = file.id
        changed = replace(
            position, path=file.position.path, device=device, inode=inode, rotated=position.rotated or copied
        )
        self._change(file, changed)
        file.decided = True

    def _give_up(self, serial: int, position: Position, now: float) -> None:
        """Looks for a copy of a truncated file that no pattern matches; without one, tells of the loss."""
        was_truncated = position.id in self.files
        del self._orphans[serial]
        if was_truncated and position.headed and (file := self._copy_beside(serial, position, now)):
            self._orphans[serial] = position
            self._adopt(file, serial, now)
            self.files[file.id] = file
            self._see(file, now)
            return
        self._close(serial, position, TRUNCATED if was_truncated else GONE, position.unread)

    def _copy_beside(self, serial: int, position: Position, now: float) -> Followed | None:
        beside = [each for each in self._finding.beside(position.path) if each.id not in self.files]
        entry = copies.find(position, beside)
        return entry and Followed(serial, Position(entry.path, *entry.id), now, decided=False)

    def _close(self, serial: int, position: Position, state: str, lost: int) -> None:
        self.changes |= self._past.end(serial, position, state, lost)

    def _change(self, file: Followed, position: Position) -> None:
        file.position = replace(position, seen=self.now())
        if position.headed:  # otherwise nothing of the file was seen, and it could not be known again
            self.changes[file.serial] = file.position
