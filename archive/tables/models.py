"""Stores the tables that were made of files, and the Parquet files of each."""

from django.db import models

MOST_NAME = 63  # characters of a table's name


class FileTable(models.Model):
    """Stores one table. It is there once its first file was imported whole."""

    name = models.CharField(max_length=MOST_NAME, unique=True)
    columns = models.JSONField(default=list)  # [[name, kind], …], in the order of the file
    source = models.CharField(max_length=300)  # the newest file, as people name it
    made_by = models.CharField(max_length=150, default="")  # the person who imported it last; "" for a command
    rows = models.BigIntegerField(default=0)
    bad = models.BigIntegerField(default=0)  # lines that no row could be made of
    size = models.BigIntegerField(default=0)  # bytes of the Parquet files
    made = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)


class TablePart(models.Model):
    """Stores one Parquet file of a table: rows of it, or lines that were bad.

    The row is written before its file, as `making`; the transaction that ends an import makes it `kept`. So no file is
    without a row, and what a crash leaves over is known.
    """

    MAKING, KEPT, GONE = "making", "kept", "gone"
    ROWS, ERRORS = "rows", "errors"

    table = models.CharField(max_length=MOST_NAME)
    kind = models.CharField(max_length=6, default=ROWS)
    path = models.CharField(max_length=200, unique=True)  # within ARCHIVE_URL
    state = models.CharField(max_length=6, default=MAKING)  # gone: replaced or removed; the file is about to go
    rows = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)  # bytes
    digest = models.CharField(max_length=64, default="")  # SHA-256 of the file, in hex
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["table", "state"])]
