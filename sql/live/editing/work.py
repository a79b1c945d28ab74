"""Does the work behind the editor's buttons: checks, runs, deploys. The pages ask it and show the answers."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from sql.errors import ScriptError
from sql.folder import FolderError, from_files
from sql.live import files
from sql.live.deploying import Deployment, check_name, deploy
from sql.live.editing import showing, slices
from sql.live.editing.access import TooManyError, one_run
from sql.live.editing.bench import BusyError, bench
from sql.live.editing.drafts import Text
from sql.live.models import SqlApplication
from sql.offline.trial import Found, Task, Told
from streams.changes import note as audit
from streams.core import clock
from streams.core.records import StreamError

CHECK = 0.0  # seconds of engine work
RUN = 2.0
UNNAMED = "unnamed"


@dataclass(slots=True)
class Answer:
    """Holds the answer of a button. `refusal` says in a sentence why nothing was done."""

    told: Told | None = None
    refusal: str = ""
    notes: tuple[str, ...] = ()
    shown: dict[str, Any] = field(default_factory=dict)  # of a run: see showing.run

    @property
    def ran(self) -> bool:
        return bool(self.shown)


def check(text: Text, application: SqlApplication | None) -> Answer:
    """Compiles a text."""
    try:
        return Answer(bench.perform(Task(_name(text, application), content(text, application), seconds=CHECK)))
    except (BusyError, FolderError) as error:
        return Answer(refusal=str(error))


def run(user: User, text: Text, application: SqlApplication | None, *, compares: bool = True) -> Answer:
    """Compiles a text and runs it over the slice that it names, beside the version that runs."""
    against = _running(application) if compares and application else {}
    try:
        return _run(user, _name(text, application), content(text, application), text.chosen.get("slice", ""), against)
    except FolderError as error:
        return Answer(refusal=str(error))


def run_files(user: User, name: str, content_: dict[str, bytes], words: str) -> Answer:
    """Runs the files of an application over a slice."""
    return _run(user, name, content_, words, {})


def _run(user: User, name: str, content_: dict[str, bytes], words: str, against: dict[str, bytes]) -> Answer:
    try:
        source = from_files(content_, name).source or name
        with one_run(user):
            taken = slices.take(source, slices.parse(words, clock.now()))
            task = Task(
                name, content_, runs=True, records=taken.records, until=taken.slice.end, against=against, seconds=RUN
            )
            told = bench.perform(task)
    except FolderError as error:
        return Answer(Told(trouble=str(error)))
    except (ValueError, StreamError, BusyError, TooManyError) as error:
        return Answer(refusal=str(error))
    if not told.compiles:
        return Answer(told)
    return Answer(told, notes=taken.notes, shown=showing.run(told, source, taken))


def put_live(user: User, text: Text, application: SqlApplication | None) -> tuple[Deployment | None, Answer]:
    """Makes a text the version that runs, and notes the person; returns None and the reason if it cannot be."""
    name = application.name if application else text.chosen.get("name", "")
    try:
        check_name(name)
    except FolderError as error:
        return None, Answer(refusal=str(error))
    if application is None and SqlApplication.objects.filter(name=name).exists():
        return None, Answer(refusal=f"There is an application {name} already; choose another name, or edit that one.")
    answer = check(text, application)
    if answer.refusal or not (answer.told and answer.told.compiles):
        return None, answer
    try:
        done = deploy(name, content(text, application), user.get_username(), text.chosen.get("note", ""))
    except ScriptError as error:
        found = [Found(each.line, each.column, each.sentence, each.warning) for each in error.problems]
        return None, Answer(Told(problems=found))
    except FolderError as error:
        return None, Answer(refusal=str(error))
    if done.new:
        audit(user.get_username(), "sql deploy", f"version {done.version.number} of {name}", 0)
    return done, answer


def content(text: Text, application: SqlApplication | None) -> dict[str, bytes]:
    """Returns the files of a text; those of reference data are the running version's."""
    return {**_running(application), **text.files}


def _running(application: SqlApplication | None) -> dict[str, bytes]:
    version = application.versions.filter(number=application.active).first() if application else None
    return files.load(version) if version else {}


def _name(text: Text, application: SqlApplication | None) -> str:
    return application.name if application else text.chosen.get("name", "") or UNNAMED
