"""Deploys versions of applications, and goes back to earlier ones."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import DatabaseError, transaction
from django.db.models import Max

from common import database_errors
from common.database_errors import again_if_locked
from sql.folder import Application, FolderError
from sql.live import files, row_views
from sql.live.deployed import Compiled, compiled
from sql.live.loops import check_loops
from sql.live.models import MOST_APPLICATION, SqlApplication, SqlOutput, SqlVersion
from sql.live.outputs import Written, unknown_keys
from streams import applications
from streams.core.names import is_stream

PAGES = ("new", "panel", "streams")  # parts of addresses below /sql/


class Deployment(NamedTuple):
    """Describes the outcome of `deploy` or `roll_back`. `new` is False if the version was active already."""

    version: SqlVersion
    compiled: Compiled
    new: bool
    trouble: str = ""  # why the views could not be made, in a sentence


@again_if_locked
def deploy(name: str, content: Mapping[str, bytes], author: str, note: str = "") -> Deployment:
    """Stores the files of a folder as the next version of an application, and makes it the active one.

    The files of the active version make no new one. Raises ScriptError or FolderError.
    """
    check_name(name)
    digest = files.digest_of(content)
    found = compiled(name, content, digest)
    _check(found)
    with transaction.atomic():
        application = _application(name, found.application)
        latest = application.versions.filter(number=application.active).first()
        new = latest is None or latest.digest != digest
        version = _store(application, content, digest, author, note) if new else latest
        assert version
        outputs = _activate(application, version, found)
    return Deployment(version, found, new, _make_views(outputs))


@again_if_locked
def roll_back(name: str, number: int | None = None) -> Deployment:
    """Makes an earlier version the active one: that of the number, or the one before the active one.

    Raises FolderError for one that there is not, ScriptError for one that no longer compiles.
    """
    application = existing(name)
    number = application.active - 1 if number is None else number
    version = application.versions.filter(number=number).first()
    if version is None:
        raise FolderError(f"{name} has no version {number}; it has 1 to {application.versions.count()}.")
    found = compiled(name, files.load(version), version.digest)
    check_loops(name, found.application)
    new = number != application.active
    with transaction.atomic():
        outputs = _activate(application, version, found)
    return Deployment(version, found, new, _make_views(outputs))


def existing(name: str) -> SqlApplication:
    """Returns the application of that name. Raises FolderError."""
    if found := SqlApplication.objects.filter(name=name).first():
        return found
    known = ", ".join(SqlApplication.objects.order_by("name").values_list("name", flat=True)) or "none"
    raise FolderError(f"There is no SQL application {name!r}. There are: {known}.")


def check_name(name: str) -> None:
    """Raises FolderError for a text that names no application."""
    if not is_stream(name) or len(name) > MOST_APPLICATION:
        letters = "letters, digits, '_', '.' or '-'"
        raise FolderError(f"{name!r} is not a name: 1 to {MOST_APPLICATION} {letters}.")
    if name.lower() in PAGES:
        raise FolderError(f"{name} is the address of a page; give the application another name.")
    if name in [each.name for each in applications.registered()]:
        raise FolderError(f"{name} is an application of Millrace itself; give yours another name.")


def _check(found: Compiled) -> None:
    """Raises FolderError for settings of the folder that do not fit the script."""
    application, plan = found.application, found.program.plan
    for sentence in unknown_keys(plan, application):
        raise FolderError(sentence)
    check_loops(application.name, application)
    if application.parallel and not plan.proof.per_shard:
        raise FolderError(f"parallel = true cannot be: {' '.join(plan.proof.sentences)}")


def _application(name: str, wanted: Application) -> SqlApplication:
    """Returns the row of an application, made if it is new. Raises FolderError where a version changes its stream."""
    source = wanted.source or name
    made = {"stream": source, "parallel": wanted.parallel}
    application, new = SqlApplication.objects.select_for_update().get_or_create(name=name, defaults=made)
    if new:
        return application
    says = "deploy it under another name, or delete this one first."
    if application.stream != source:
        raise FolderError(f"{name} reads the stream {application.stream!r}, and a version cannot change that: {says}")
    if application.parallel != wanted.parallel:
        words = ["one lease of the whole stream", "a lease for each shard"]
        held = words[application.parallel]
        raise FolderError(f"{name} runs with {held}, and a version cannot change `parallel`: {says}")
    return application


def _store(
    application: SqlApplication, content: Mapping[str, bytes], digest: str, author: str, note: str
) -> SqlVersion:
    last = application.versions.aggregate(last=Max("number"))["last"] or 0
    return SqlVersion.objects.create(
        application=application,
        number=last + 1,
        files=files.keep(content),
        digest=digest,
        author=author[:150],
        note=note[:500],
    )


def _activate(application: SqlApplication, version: SqlVersion, found: Compiled) -> list[SqlOutput]:
    """Makes a version the active one. Returns the outputs that need a view."""
    application.active = version.number
    application.save(update_fields=["active"])
    known = {each.name: each for each in application.outputs.all()}
    outputs = [
        _output(known.get(each.name) or SqlOutput(application=application, name=each.name), each)
        for each in found.streams
    ]
    application.outputs.exclude(pk__in=[each.pk for each in outputs]).update(current=False)
    return [each for each in outputs if each.view]


def _output(output: SqlOutput, written: Written) -> SqlOutput:
    output.columns = [[column.name, str(column.type)] for column in written.columns]
    output.stored, output.current = written.stored, True
    if written.stored and not output.view:
        taken = SqlOutput.objects.exclude(pk=output.pk).exclude(view=None).values_list("view", flat=True)
        output.view = row_views.view_name(output.application.name, written.name, {each for each in taken if each})
    output.save()
    return output


def _make_views(outputs: list[SqlOutput]) -> str:
    """Makes the views, after the transaction: MariaDB ends one with such a statement. Returns why it cannot, or ""."""
    try:
        for output in outputs:
            row_views.create(output)
    except DatabaseError as error:
        says = database_errors.sentence(error)
        return f"The views of the rows could not be made; the user of the database needs CREATE VIEW. {says}"
    return ""
