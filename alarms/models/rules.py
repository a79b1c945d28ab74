"""Stores rules and every version that they had."""

from django.db import models

from streams.core.names import MOST_NAME


class Rule(models.Model):
    """Stores a rule over one output of one application. Its newest version says what it watches for."""

    name = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=120)
    application = models.CharField(max_length=MOST_NAME)
    enabled = models.BooleanField(default=True)
    # True: the application finds the episodes itself, as orders does; the rule only says who is told.
    own = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)  # of the RuleVersion in force; grows with each change
    # A removed rule stays for its episodes; a new rule of its name goes on with its row and its versions.
    removed = models.DateTimeField(null=True)
    left_out = models.BigIntegerField(default=0)  # observations of keys beyond the number that a rule follows

    class Meta:
        indexes = [models.Index(fields=["application", "enabled"])]

    def __str__(self) -> str:
        return self.title


class RuleVersion(models.Model):
    """Stores one version of a rule, for ever unchanged, so that charts show the levels of any time."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    spec = models.TextField()  # JSON of alarms.spec.RuleSpec
    at = models.DateTimeField()
    who = models.CharField(max_length=150)  # the name of the account, or "a command"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="one_rule_version_per_number")]
