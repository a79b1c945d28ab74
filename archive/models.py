"""Stores the manifest of the archive: a row for each file, and the columns that the files of a stream have."""

from django.db import models

from archive.lines import path_beside
from archive.questions.models import Asked, KeptAnswer, SavedQuestion
from archive.tables.models import FileTable, TablePart

MOST_COLUMN = 128  # characters of the name of a column
__all__ = [
    "ArchivedColumn",
    "ArchivedFile",
    "ArchivedGone",
    "Asked",
    "FileTable",
    "KeptAnswer",
    "SavedQuestion",
    "TablePart",
]


class ArchivedFile(models.Model):
    """Stores one file of records of one shard that arrived within one hour.

    The row is written in the transaction that moves the checkpoint, after the file: so no row is without its file, and
    a file without a row is left over.
    """

    RECORDS, ERRORS = "records", "errors"

    stream = models.CharField(max_length=128)
    identity = models.CharField(max_length=200, default="")  # of the stream: one made anew under its name has another
    shard = models.CharField(max_length=128)
    kind = models.CharField(max_length=7, default=RECORDS)  # errors: records that could not be decoded
    path = models.CharField(max_length=500, unique=True)  # within ARCHIVE_URL
    hour = models.DateTimeField()  # of arrival
    first = models.CharField(max_length=80)  # sequence numbers, padded so that their order is that of the numbers
    last = models.CharField(max_length=80)
    oldest = models.DateTimeField()  # arrival
    newest = models.DateTimeField()
    records = models.BigIntegerField()
    size = models.BigIntegerField()  # bytes
    digest = models.CharField(max_length=64)  # SHA-256 of the file, in hex
    lines = models.CharField(max_length=64, default="")  # that of the lines of JSON beside it; empty: there are none
    made = models.DateTimeField(auto_now_add=True)
    removed = models.BooleanField(default=False)  # the file is about to go, by age or because a larger one replaced it
    marked = models.DateTimeField(null=True)  # since when it is so
    registered = models.BooleanField(default=False)  # a table of Iceberg may name the file

    class Meta:
        indexes = [models.Index(fields=["stream", "removed", "hour"])]

    @property
    def paths(self) -> list[str]:
        """Returns the paths of the file and of its lines."""
        return [self.path, path_beside(self.path)] if self.lines else [self.path]


class ArchivedGone(models.Model):
    """Stores how many records of a shard were removed by age, so that the archive can be proved without them."""

    stream = models.CharField(max_length=128)
    shard = models.CharField(max_length=128)
    records = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "shard"], name="one_archived_gone_per_shard")]


class ArchivedColumn(models.Model):
    """Stores a column of the files of a stream; its kind never changes."""

    stream = models.CharField(max_length=128)
    name = models.CharField(max_length=MOST_COLUMN)
    kind = models.CharField(max_length=7)  # a key of archive.columns.KINDS

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "name"], name="one_archived_column_per_name")]
