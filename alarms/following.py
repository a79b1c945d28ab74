"""Follows the commits of an application: finds the episodes of its rules, and stores them in the same transaction.

A worker has one follower. It keeps the states of the leases that the worker holds, as the last commit stored them; if a
commit fails, it reads them again. Without rules a commit costs one comparison of times.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from alarms import own, storing
from alarms.active import Rules
from alarms.evaluation import CHANGED, ENDED, REMOVED, KeyState, set_back
from alarms.models import Rule, Watched
from alarms.states import Finding, RuleStates
from alarms.storing import Findings
from alarms.tables import Key, Table, key_of
from streams.applications import Application
from streams.core.commits import Commit, HeldLease
from streams.core.hashing import hash_key
from streams.core.records import SHARD_END
from streams.models import current_leases
from streams.observations import Observation, OwnFindings

logger = logging.getLogger(__name__)


RuleKey = tuple[int, int]  # a rule and its version


class LeaseStates:
    """Holds the states of all rules on one lease."""

    def __init__(self, held: HeldLease) -> None:
        self.counter = held.counter
        self.generation = 0
        self.rules: dict[RuleKey, RuleStates] = {}
        self.broken: set[RuleKey] = set()  # rules whose evaluation failed
        self.orphans: list[tuple[RuleKey, str]] = []  # keys of shards that the stream no longer has


class AlarmFollower:
    """Is the follower of one application on one stream, in one worker."""

    def __init__(
        self,
        application: Application,
        stream: str,
        whole: bool,  # noqa: FBT001 - as wiring hands it over
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`whole` says that one lease covers the whole stream. `monotonic` gives seconds."""
        self._application = application
        self._stream = stream
        self._whole = whole
        self._rules = Rules(application, monotonic)
        self._leases: dict[str, LeaseStates] = {}
        self._own: Rule | None = None

    def prepare(self, held: HeldLease, commit: Commit[Any]) -> Findings | None:
        """Evaluates the rules over a commit."""
        if self._rules.look():
            self._own = None
        findings = storing.nothing()
        lease = self._leases.get(held.shard)
        if lease is None or lease.counter != held.counter:
            lease = self._leases[held.shard] = self._load(held, commit.watermark)
        if lease.generation != self._rules.generation:
            self._renew(lease, held, commit, findings)
        if lease.rules and commit.state is not None:
            self._evaluate(lease, held, commit, findings)
        if self._application.episodes and commit.results is not None:
            self._add_own(held, self._application.episodes(commit.results), findings)
        for states in lease.rules.values():
            if states.changed or states.left_out:
                storing.add_states(findings, self._stream, held.shard, states)
        return findings or None

    def write(self, prepared: Findings) -> None:
        storing.write(prepared)

    def forget(self, held: HeldLease) -> None:
        self._leases.pop(held.shard, None)

    def _load(self, held: HeldLease, watermark: int) -> LeaseStates:
        """Reads the states of the lease's keys, also those that the lease of a parent stored."""
        lease = LeaseStates(held)
        rows = Watched.objects.filter(stream=self._stream, rule__application=self._application.name)
        shards = current_leases(application=self._application.name, stream=self._stream).values_list("shard", flat=True)
        others = set(shards) if held.hash_start == 0 else None  # one lease cares for the orphans
        for row in rows.iterator():
            state = _state(row)
            if state is None:
                continue
            is_orphan = not state.partition and others is not None and row.shard not in {*others, held.shard}
            if not is_orphan and not _is_of(held, row, state):
                continue
            key = (row.rule_id, state.version)
            states = self._states(lease, key)
            if states is None:
                continue
            states.restore(row.key, set_back(state, watermark - states.rule.delay))
            if is_orphan:
                lease.orphans.append((key, row.key))
            elif row.shard != held.shard:
                states.changed.add(row.key)  # so that this commit takes the row over
        return lease

    def _states(self, lease: LeaseStates, key: RuleKey) -> RuleStates | None:
        """Returns the states of a rule's version; None if that cannot be read any more."""
        if key not in lease.rules:
            rule = self._rules.version_of(*key)
            if rule is None:
                return None
            lease.rules[key] = RuleStates(rule)
        return lease.rules[key]

    def _renew(self, lease: LeaseStates, held: HeldLease, commit: Commit[Any], findings: Findings) -> None:
        """Ends the episodes of rules that were changed or removed, and begins with those that are new."""
        active = self._rules.active
        for key, name in lease.orphans:
            self._add(findings, held, lease.rules[key].end(held.watermark - lease.rules[key].rule.delay, ENDED, [name]))
        lease.orphans.clear()
        for (number, version), states in list(lease.rules.items()):
            rule = active.get(number)
            if rule is None or rule.version != version:
                moment = held.watermark - states.rule.delay
                ended = states.end(moment, REMOVED if rule is None else CHANGED, list(states.states))
                self._add(findings, held, ended)
                storing.add_states(findings, self._stream, held.shard, states)
                del lease.rules[number, version]
        for rule in active.values():
            states = lease.rules.setdefault((rule.id, rule.version), RuleStates(rule))
            states.begin((held.watermark or commit.watermark) - rule.delay, self._whole_key(held))
        lease.generation = self._rules.generation
        lease.broken.clear()

    def _whole_key(self, held: HeldLease) -> Key:
        return key_of((), "", {}, "" if self._whole else held.shard)

    def _evaluate(self, lease: LeaseStates, held: HeldLease, commit: Commit[Any], findings: Findings) -> None:
        try:
            tables = self._tables(lease, held, commit.results)
        except Exception:  # an alarm must not make records dead letters, nor end a worker
            logger.exception("The rows of %s cannot be told: no rule follows them for now", self._application.name)
            lease.broken.update(lease.rules)
            return
        ends = commit.checkpoint == SHARD_END.kind
        for key, states in lease.rules.items():
            if key in lease.broken:
                continue
            watermark, table = commit.watermark - states.rule.delay, tables.get(states.rule.spec.output)
            if table is None and not ends and not states.is_due(watermark):
                continue
            try:
                found = list(states.step(table, watermark))
                if ends:  # keys that are not tied to a partition key have no heir
                    untied = [name for name, state in states.states.items() if not state.partition]
                    found += states.end(watermark, ENDED, untied)
            except Exception:  # as above
                logger.exception("The rule %s failed; it is not followed until it is changed", states.rule.name)
                lease.broken.add(key)
                states.changed.clear()
            else:
                self._add(findings, held, found)

    def _tables(self, lease: LeaseStates, held: HeldLease, results: Any) -> dict[str, Table]:
        wanted = {states.rule.spec.output for states in lease.rules.values()}
        if results is None or self._application.observe is None or not wanted:
            return {}
        found: dict[str, list[Observation]] = {}
        for each in self._application.observe(results, wanted):
            found.setdefault(each.output, []).append(each)
        shard = "" if self._whole else held.shard
        return {output: Table(rows, shard) for output, rows in found.items()}

    def _add(self, findings: Findings, held: HeldLease, found: Iterable[Finding]) -> None:
        for each in found:
            storing.add(findings, self._stream, held.shard, each)

    def _add_own(self, held: HeldLease, found: OwnFindings, findings: Findings) -> None:
        if not found.episodes:
            return
        if self._own is None:
            self._own = own.own_rule(self._application)
        if self._own.enabled:
            own.add(findings, self._own, self._stream, held.shard, found)


def _state(row: Watched) -> KeyState | None:
    """Returns the state of a row; None, with an error in the log, if it is damaged: the key then begins anew."""
    try:
        return storing.decode_state(row.state)
    except ValueError as error:
        logger.error("The state of rule %d for %r is damaged, and begins anew: %s", row.rule_id, row.key, error)
        return None


def _is_of(held: HeldLease, row: Watched, state: KeyState) -> bool:
    """Returns whether the key of a state belongs to a lease: by its partition key, or else by its shard."""
    if state.partition:
        return held.hash_start <= hash_key(state.partition) <= held.hash_end
    return row.shard == held.shard
