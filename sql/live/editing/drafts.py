"""Keeps the drafts of a person: one for each application, and one for a new application.

Each page that is opened has a token, `tab`, and the time of the draft that it began with, `seen`. If another page has
written since, its text is kept beside the one that is saved, so that two tabs lose nothing.
"""

from secrets import token_hex
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
OTHERS = 3  # texts of other tabs, the newest, in one draft
CONFIGURATION_MOST = 204_800  # characters: a thousand columns with their evidence
CHOSEN = {
    "name": 64,
    "slice": 100,
    "note": 500,
    "stream": 128,
    "tab": 16,
    "seen": 32,
}  # other fields of the form, with their most characters


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
    return Text(draft.script, draft.configuration, draft.base, {name: draft.chosen.get(name, "") for name in CHOSEN})


def others(draft: SqlDraft | None) -> list[dict[str, Any]]:
    """Returns the texts that other tabs wrote, the newest first: {tab, saved, script, configuration, base}."""
    return list(draft.chosen.get("others", [])) if draft else []


def of_tab(draft: SqlDraft | None, tab: str) -> Text | None:
    """Returns the text that another tab wrote."""
    found = next((each for each in others(draft) if each["tab"] == tab), None)
    return Text(found["script"], found["configuration"], found["base"], {}) if found else None


def opened(text: Text, draft: SqlDraft | None) -> Text:
    """Returns a text with the token of a page that is opened now."""
    seen = draft.saved.isoformat() if draft else ""
    return text._replace(chosen=text.chosen | {"tab": token_hex(CHOSEN["tab"] // 2), "seen": seen})


def save(user: User, name: str, text: Text) -> SqlDraft:
    """Stores a person's draft. Raises TextError where they have too many."""
    own = SqlDraft.objects.filter(user=user)
    if not own.filter(name=name).exists() and own.count() >= DRAFTS:
        raise TextError(f"The draft is not kept: you have {DRAFTS} of them. Deploy or discard one.")
    kept = _kept(own.filter(name=name).first(), text)
    values = text._asdict() | {"chosen": text.chosen | {"others": kept}}
    draft = SqlDraft(user=user, name=name, saved=timezone.now(), **values)
    upsert([draft], key=["user", "name"])
    return draft


def _kept(before: SqlDraft | None, text: Text) -> list[dict[str, Any]]:
    """Returns the texts of other tabs that a draft keeps when one of its tabs saves a text."""
    if before is None:
        return []
    tab, last = text.chosen.get("tab", ""), before.chosen.get("tab", "")
    now = (text.script, text.configuration)
    found = [each for each in others(before) if each["tab"] != tab and (each["script"], each["configuration"]) != now]
    saved = before.saved.isoformat()
    if last != tab and saved != text.chosen.get("seen") and (before.script, before.configuration) != now:
        one = {"tab": last, "saved": saved, "base": before.base}
        one |= {"script": before.script, "configuration": before.configuration}
        found = [one, *(each for each in found if each["tab"] != last)]
    return found[:OTHERS]


def discard(user: User, name: str) -> bool:
    """Removes a draft. Returns whether the text of another tab is the draft now."""
    draft = saved(user, name)
    kept = others(draft)
    if draft is None or not kept:
        SqlDraft.objects.filter(user=user, name=name).delete()
        return False
    first, *rest = kept
    draft.script, draft.configuration, draft.base = first["script"], first["configuration"], first["base"]
    draft.chosen = {"tab": first["tab"], "others": rest}
    draft.save()
    return True
