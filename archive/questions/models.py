"""Stores the questions that people asked, and those that they saved."""

from django.conf import settings
from django.db import models

MOST_TITLE = 100  # characters


class SavedQuestion(models.Model):
    """Stores a question under a title. A shared one is seen by everybody who may ask; its owner alone changes it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    title = models.CharField(max_length=MOST_TITLE)
    text = models.TextField()
    shared = models.BooleanField(default=False)
    saved = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "title"], name="one_saved_question_per_title")]

    def __str__(self) -> str:
        return self.title


class Asked(models.Model):
    """Stores one question that a person asked, and its answer for a time.

    While it runs, `running_of` and `slot` are set; each is unique, so a person has one question under way, and the site
    as many as it has slots.
    """

    RUNNING, ANSWERED, FAILED, CANCELLED = "running", "answered", "failed", "cancelled"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = models.TextField()
    form = models.CharField(max_length=7, default="rows")  # or csv, parquet: an export
    at = models.DateTimeField()
    until = models.DateTimeField()  # while it runs: when it is taken to have died with its process
    state = models.CharField(max_length=9, default=RUNNING)
    stop = models.BooleanField(default=False)  # the person cancels it
    seconds = models.FloatField(null=True)  # that it took
    size = models.BigIntegerField(default=0)  # bytes of the files of its tables
    rows = models.PositiveIntegerField(null=True)  # of the answer
    cut = models.BooleanField(default=False)  # there are more rows
    said = models.CharField(max_length=2000, blank=True)  # why there is no answer, in words
    line = models.PositiveIntegerField(null=True)  # of the text, to which that belongs, from 1
    column = models.PositiveIntegerField(null=True)  # of that line, from 1
    answer = models.BinaryField(null=True)  # JSON of asking.Answer, compressed by zlib; the newest of each person
    running_of = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True)
    slot = models.PositiveSmallIntegerField(null=True, unique=True)

    class Meta:
        indexes = [models.Index(fields=["user", "at"])]
        permissions = [("ask", "May ask questions over archived records, files and results")]

    def __str__(self) -> str:
        return f"question {self.pk}"


class KeptAnswer(models.Model):
    """Stores the answer of a saved question as data of boards, which everybody who sees boards may see."""

    question = models.OneToOneField(SavedQuestion, on_delete=models.CASCADE, related_name="kept", primary_key=True)
    minutes = models.PositiveIntegerField()  # after which it is asked again, while somebody looks
    answer = models.BinaryField(null=True)  # as that of Asked
    at = models.DateTimeField(null=True)  # of the answer
    tried = models.DateTimeField(null=True)  # when it was asked last
    said = models.CharField(max_length=2000, blank=True)  # why the last time gave no answer, in words
