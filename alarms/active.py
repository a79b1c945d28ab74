"""Reads the rules of an application that are in force, for its workers, and notices when they change."""

import logging
from collections.abc import Callable, Iterable
from typing import NamedTuple

from alarms.evaluation import Evaluation
from alarms.models import Rule, RuleVersion
from alarms.spec import RuleSpec, SpecError, read
from streams.applications import Application
from streams.models.progress import version

TOPIC = "alarm-rules"  # its version grows with each change of a rule
FRESH = 0.5  # seconds between two looks for a change

logger = logging.getLogger(__name__)


class Active(NamedTuple):
    """Holds a rule in force."""

    id: int
    name: str
    version: int
    spec: RuleSpec
    evaluation: Evaluation
    delay: int = 0  # milliseconds from the time of a row until it is told
    partition: str = ""  # the column with the partition key; "" if none has it


class Rules:
    """Keeps the rules of one application; `generation` grows when they were read again."""

    def __init__(self, application: Application, monotonic: Callable[[], float]) -> None:
        """`monotonic` gives seconds."""
        self.generation = 0
        self.active: dict[int, Active] = {}
        self._application = application
        self._monotonic = monotonic
        self._version = -1
        self._next_look = float("-inf")

    def look(self) -> bool:
        """Reads the rules again if they have changed; asks for that at most every FRESH seconds.

        Returns whether they have.
        """
        now = self._monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + FRESH
        found = version(TOPIC)
        if found == self._version:
            return False
        rules = Rule.objects.filter(application=self._application.name, enabled=True, own=False, removed=None)
        self.active = {each.id: each for each in self._read(rules.order_by("pk").values_list("pk", "version"))}
        self._version = found
        self.generation += 1
        return True

    def version_of(self, rule: int, number: int) -> Active | None:
        """Returns a version of a rule, also one that is not in force; None if it cannot be read."""
        known = self.active.get(rule)
        if known and known.version == number:
            return known
        return next(iter(self._read([(rule, number)])), None)

    def _read(self, wanted: Iterable[tuple[int, int]]) -> list[Active]:
        """Returns versions of rules, by (rule, number). One that this release cannot read is left out, and said."""
        numbers = dict(wanted)
        found = RuleVersion.objects.filter(rule__in=numbers).select_related("rule").order_by("rule", "number")
        rows = [each for each in found if each.number == numbers[each.rule_id]]
        datasets = {each.name: each for each in self._application.datasets()}  # none in SQL: its rows are final
        active = []
        for each in rows:
            try:
                spec = read(each.spec)
            except SpecError as error:
                logger.error("The rule %s is not followed: %s", each.rule.name, error)
                continue
            dataset = datasets.get(spec.dataset)
            delay, partition = ((dataset.delay or 0), dataset.partition) if dataset else (0, "")
            active.append(Active(each.rule_id, each.rule.name, each.number, spec, Evaluation(spec), delay, partition))
        return active
