"""Stores the rows of datasets added up over longer steps."""

from django.db import models

MOST_DATASET = 200  # characters
ALL, EACH = "", "*"  # all rows of a step, and those of each combination of all texts


class RowStep(models.Model):
    """Stores the rows of one step: all together, those of each value of a text, and of each combination of all texts.

    `data` is a JSON object: the texts by column, and by each column of numbers the list of building.PLACES.
    """

    dataset = models.CharField(max_length=MOST_DATASET)
    stream = models.CharField(max_length=128)
    step = models.PositiveIntegerField()  # seconds
    start = models.BigIntegerField()  # seconds since 1970
    of = models.CharField(max_length=128)  # ALL, a text column, or EACH
    complete = models.BooleanField(default=True)  # for ALL: the rows of values and combinations exist too
    rows = models.BigIntegerField(null=True)  # None: they are too many to be added up
    data = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["dataset", "stream", "step", "of", "start"], name="row_steps_by_time"),
            models.Index(fields=["start"], name="row_steps_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.step} s of {self.dataset} at {self.start}"
