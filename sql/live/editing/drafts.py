"""Keeps the drafts of a person: one for each application, and one for a new application."""

from typing import Any, NamedTuple

from django.utils import timezone

from accounts.models import User
from common.text import storable
from sql.folder import APPLICATION_FILE, SCRIPT_FILE, FolderError, from_files
from sql.folder.reading import SCRIPT_MOST
from sql.folder.writing import to_toml
from sql.live import files
from sql.live.models import SqlApplication, SqlDraft
from streams.models.upsert import upsert

DRAFTS = 50  # of a person
CONFIGURATION_MOST = 204_800  # characters: a thousand columns with their evidence
CHOSEN = {"name": 64, "slice": 100, "note": 500, "stream": 128}  # other fields of the form, with their most characters


class TextError(Exception):
    """Says in a sentence why a text is not taken."""


class Text(NamedTuple):
    """Holds the fields of the editor's form. `base` is the version from which the text began, 0 for none."""

    script: str
    configuration: str
    base: int
    chosen: dict[str, str]

    @property
    def files(self) -> dict[str, bytes]:
        """Returns the two files that the page edits."""
        return {APPLICATION_FILE: self.configuration.encode(), SCRIPT_FILE: self.script.encode()}


def read(form: Any) -> Text:
    """Returns the text of a sent form. Raises TextError for one that is too long."""
    script, configuration = _lines(form.get("script", "")), _lines(form.get("configuration", ""))
    if len(script) > SCRIPT_MOST:
        raise TextError(f"The script has {len(script):,} characters; it may have {SCRIPT_MOST:,}.")
    if len(configuration) > CONFIGURATION_MOST:
        says = f"{CONFIGURATION_MOST:,}"
        raise TextError(f"The configuration has {len(configuration):,} characters; it may have {says}.")
    base = form.get("base", "")
    chosen = {name: storable(form.get(name, "").strip(), most) for name, most in CHOSEN.items()}
    return Text(script, configuration, int(base) if base.isascii() and base.isdigit() and len(base) < 10 else 0, chosen)


def _lines(text: str) -> str:
    """Returns a text with the line ends of a file: a form sends those of the web."""
    return storable(text.replace("\r\n", "\n"))


def of_version(application: SqlApplication) -> Text:
    """Returns the text of the version that runs. Its schema stands in the configuration, where it has a file."""
    version = application.versions.filter(number=application.active).first()
    if version is None:
        return Text("", "", 0, {})
    found = files.load(version)
    configuration = found[APPLICATION_FILE].decode("utf-8-sig")
    try:
        read_ = from_files(found, application.name)
        if set(found) - {APPLICATION_FILE, SCRIPT_FILE, *(each.file for each in read_.references)}:
            configuration = to_toml(read_)
    except FolderError:
        pass  # the page shows the fault
    return Text(found[SCRIPT_FILE].decode("utf-8-sig"), configuration, version.number, {})


def saved(user: User, name: str) -> SqlDraft | None:
    """Returns a person's draft."""
    return SqlDraft.objects.filter(user=user, name=name).first()


def text_of(draft: SqlDraft) -> Text:
    return Text(draft.script, draft.configuration, draft.base, draft.chosen)


def save(user: User, name: str, text: Text) -> SqlDraft:
    """Stores a person's draft. Raises TextError where they have too many."""
    own = SqlDraft.objects.filter(user=user)
    if not own.filter(name=name).exists() and own.count() >= DRAFTS:
        raise TextError(f"The draft is not kept: you have {DRAFTS} of them. Deploy or discard one.")
    draft = SqlDraft(user=user, name=name, saved=timezone.now(), **text._asdict())
    upsert([draft], key=["user", "name"])
    return draft


def discard(user: User, name: str) -> None:
    SqlDraft.objects.filter(user=user, name=name).delete()
