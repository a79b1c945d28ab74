"""Stores SQL applications, their versions, and their results: rows, newest rows, faults, and rows for other streams."""

from django.conf import settings
from django.db import models

MOST_APPLICATION = 64  # characters of a name: leases are kept under it
MOST_IDENTIFIER = 128  # characters of a name in a script
MOST_VIEW = 63  # characters of a view's name: PostgreSQL's limit, below MariaDB's
ERRORS = "error_stream"  # the name of the output that holds the faults
NEWEST = 20  # rows of a tail


class SqlApplication(models.Model):
    """Stores an application. Its stream and its kind of lease stay; all else belongs to a version."""

    name = models.CharField(max_length=MOST_APPLICATION, unique=True)
    stream = models.CharField(max_length=128)  # that it reads
    parallel = models.BooleanField(default=False)  # a lease for each shard
    active = models.PositiveIntegerField(default=0)  # number of the version that runs; 0 while it is deleted
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        permissions = [("may_edit", "May write SQL applications, run them on records, and deploy them")]

    def __str__(self) -> str:
        return self.name


class SqlVersion(models.Model):
    """Stores the files of an application as they were deployed. It is never changed."""

    application = models.ForeignKey(SqlApplication, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()  # from 1
    files = models.JSONField()  # SqlBlob.digest by the name of the file
    digest = models.CharField(max_length=64)  # of all files
    author = models.CharField(max_length=150)
    note = models.CharField(max_length=500, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="one_sql_version_per_number")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.application}"


class SqlBlob(models.Model):
    """Stores a part of a file's content; files with the same content share it."""

    digest = models.CharField(max_length=64)  # SHA-256 of the whole content, hexadecimal
    part = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "part"], name="one_sql_blob_per_part")]


class SqlOutput(models.Model):
    """Stores that an application writes, or once wrote, an in-application stream, and the view with its rows."""

    application = models.ForeignKey(SqlApplication, on_delete=models.CASCADE, related_name="outputs")
    name = models.CharField(max_length=MOST_IDENTIFIER)
    columns = models.JSONField(default=list)  # [name, type of the dialect], in order
    stored = models.BooleanField(default=True)  # else only its newest rows are kept
    current = models.BooleanField(default=True)  # the active version writes it
    view = models.CharField(max_length=MOST_VIEW, unique=True, null=True)  # only of a stored one

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "name"], name="one_sql_output_per_name")]

    def __str__(self) -> str:
        return self.name


class SqlRow(models.Model):
    """Stores a row of an output. Within a lease of a whole stream, rows are ordered by row time and ordinal."""

    output = models.ForeignKey(SqlOutput, on_delete=models.CASCADE, related_name="rows", db_index=False)
    stream = models.CharField(max_length=128)  # that was read
    rowtime = models.DateTimeField()
    ordinal = models.BigIntegerField()  # of the row among all rows that its lease wrote
    data = models.TextField()  # a JSON object with the columns in their order

    class Meta:
        indexes = [models.Index(fields=["output", "rowtime"], name="sql_rows_by_time")]


class SqlTail(models.Model):
    """Stores the newest rows that one lease wrote to an output, and how many it wrote."""

    output = models.ForeignKey(SqlOutput, on_delete=models.CASCADE, related_name="tails", db_index=False)
    stream = models.CharField(max_length=128)
    shard = models.CharField(max_length=64)
    count = models.BigIntegerField(default=0)  # rows
    rowtime = models.DateTimeField()  # of the newest row
    newest = models.TextField()  # JSON: [row time in milliseconds, row] of the newest rows, oldest first
    minutes = models.TextField()  # JSON: [minute of the row time in milliseconds, rows] of the last minutes

    class Meta:
        constraints = [models.UniqueConstraint(fields=["output", "stream", "shard"], name="one_sql_tail_per_lease")]


class SqlFault(models.Model):
    """Counts the rows that a pump could not use for the same reason, with the latest as an example."""

    application = models.ForeignKey(SqlApplication, on_delete=models.CASCADE, related_name="faults")
    stream = models.CharField(max_length=128)
    digest = models.CharField(max_length=32)  # of stream, shard, pump, kind, column, line and expression
    pump = models.CharField(max_length=MOST_IDENTIFIER)
    kind = models.CharField(max_length=16)  # sql.errors.Fault
    column = models.CharField(max_length=256)
    line = models.PositiveIntegerField()
    expression = models.CharField(max_length=500)
    count = models.BigIntegerField(default=0)
    first = models.DateTimeField()  # row time
    last = models.DateTimeField()
    sentence = models.CharField(max_length=500)  # of the latest row
    value = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "digest"], name="one_sql_fault_per_reason")]


class SqlOutbox(models.Model):
    """Stores rows that wait for their way into another stream, in the transaction of the commit that made them."""

    application = models.ForeignKey(SqlApplication, on_delete=models.CASCADE, related_name="outbox", db_index=False)
    to = models.CharField(max_length=128)  # a stream
    key = models.CharField(max_length=64, unique=True)  # digest of application, stream, its identity, shard and ordinal
    entries = models.BinaryField()  # MessagePack: [partition key, data] of each row
    count = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["application", "to", "id"], name="sql_outbox_by_stream")]


class SqlDelivery(models.Model):
    """Stores the process that may deliver to a stream now."""

    application = models.ForeignKey(SqlApplication, on_delete=models.CASCADE, db_index=False)
    to = models.CharField(max_length=128)
    owner = models.CharField(max_length=64)
    expires = models.DateTimeField()
    delivered = models.BigIntegerField(default=0)  # rows
    trouble = models.CharField(max_length=500, blank=True)  # why nothing is delivered, in a sentence

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "to"], name="one_sql_delivery_per_stream")]


class SqlSwitch(models.Model):
    """Stores the first record that a lease computed with a version."""

    application = models.ForeignKey(SqlApplication, on_delete=models.CASCADE, related_name="switches")
    stream = models.CharField(max_length=128)
    shard = models.CharField(max_length=64)
    before = models.PositiveIntegerField()  # the version until then; 0 for none
    version = models.PositiveIntegerField()
    sequence = models.CharField(max_length=64, blank=True)  # of that record
    arrived = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)


class SqlDraft(models.Model):
    """Stores the text that a person is writing for one application, so that a closed tab loses nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=MOST_APPLICATION, blank=True)  # of the application, "" for a new one
    base = models.PositiveIntegerField(default=0)  # the version from which it began
    script = models.TextField(blank=True)
    configuration = models.TextField(blank=True)
    chosen = models.JSONField(default=dict)  # the other fields of the form
    saved = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_sql_draft_per_name")]

    def __str__(self) -> str:
        return f"draft of {self.name or 'a new application'}"


class SqlUse(models.Model):
    """Counts the runs of a person in a minute, and says until when one is taken to be under way."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", primary_key=True)
    minute = models.DateTimeField()
    runs = models.PositiveIntegerField(default=0)
    busy = models.DateTimeField()
