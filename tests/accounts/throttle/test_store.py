from collections.abc import Sequence

from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from accounts.models import Bucket, User
from accounts.throttle import store
from accounts.throttle.rules import Kind, Scope
from accounts.throttle.store import Refusal, Reservation, Target
from tests.accounts.throttle.oracle import Oracle

START = 1_800_000_000.0
DEVICES, ADDRESSES = ["laptop", "phone"], ["192.0.2.1", "192.0.2.2"]
PAUSES = [0.001, 1, 29.999, 30, 60, 599, 600, 899, 900, 1799, 1800, 86400]  # seconds: on and beside the limits


def targets(user: User, device: str | None, address: str) -> Sequence[Target]:
    if device:
        return [Target(Kind.PASSWORD, Scope.DEVICE, device, user.pk)]
    return [store.of_account(Kind.PASSWORD, user), Target(Kind.PASSWORD, Scope.ADDRESS, address)]


class Throttle(RuleBasedStateMachine):
    """Guesses that begin and end in any order, some of which never end."""

    user: User

    def __init__(self) -> None:
        super().__init__()
        Bucket.objects.all().delete()
        self.oracle, self.now = Oracle(), START
        self.open: list[tuple[Reservation, str | None, str]] = []

    @rule(device=strategies.sampled_from([None, None, *DEVICES]), address=strategies.sampled_from(ADDRESSES))
    def guess(self, device: str | None, address: str) -> None:
        self.now += 0.001  # no two at one moment
        held = store.reserve(targets(self.user, device, address), self.now)
        assert isinstance(held, Reservation) == self.oracle.allows(device, address, self.now)
        if isinstance(held, Reservation):
            self.oracle.fail(device, address, self.now)
            self.open.append((held, device, address))

    @rule(device=strategies.sampled_from([None, *DEVICES]), times=strategies.sampled_from([9, 10, 19, 99]))
    def guess_whenever_possible(self, device: str | None, times: int) -> None:
        for _ in range(times):
            self.guess(device, ADDRESSES[0])
            self.now += 1800

    @precondition(lambda self: self.open)
    @rule(data=strategies.data())
    def succeed(self, data: strategies.DataObject) -> None:
        held, device, address = self.open.pop(data.draw(strategies.integers(0, len(self.open) - 1)))
        held.succeed()
        self.oracle.succeed(device, address, held.at)

    @rule(seconds=strategies.sampled_from(PAUSES))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def sign_in_otherwise(self) -> None:
        store.open_again(self.user)
        self.oracle.sign_in_otherwise()

    @rule()
    def prune(self) -> None:
        store.outlived(self.now).delete()


def test_throttle_equals_the_naive_oracle(ada: User) -> None:
    machine = type("OfAda", (Throttle,), {"user": ada})
    checks = [HealthCheck.too_slow]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=checks)
    )


def test_unsettled_guess_counts_as_a_failure(ada: User) -> None:
    for _ in range(10):
        assert isinstance(store.reserve([store.of_account(Kind.PASSWORD, ada)], START), Reservation)
    assert store.reserve([store.of_account(Kind.PASSWORD, ada)], START + 29) == Refusal(START + 30)


def test_failures_of_a_clock_ahead_by_years_lock_nobody_out_for_years(ada: User) -> None:
    own = [store.of_account(Kind.PASSWORD, ada)]
    ahead = START + 20 * 365 * store.DAY
    for _ in range(10):
        assert isinstance(store.reserve(own, ahead), Reservation)
    assert store.reserve(own, ahead) == Refusal(ahead + 30)
    assert isinstance(store.reserve(own, START), Reservation)
    assert store.reserve(own, START) == Refusal(START + 60)  # the streak goes on


def test_refused_guess_is_not_counted(ada: User) -> None:
    both = targets(ada, None, ADDRESSES[0])
    for _ in range(10):
        store.reserve(both, START)
    before = list(Bucket.objects.order_by("key").values())
    assert isinstance(store.reserve(both, START + 1), Refusal)
    assert list(Bucket.objects.order_by("key").values()) == before


def test_throttle_table_holds_no_names_or_addresses(ada: User) -> None:
    store.reserve(targets(ada, None, ADDRESSES[0]), START)
    held = repr(list(Bucket.objects.values()))
    assert "192.0.2.1" not in held and "'ada'" not in held  # a digest may well have those three letters


def test_pruning_keeps_the_counts_that_still_apply(ada: User) -> None:
    store.reserve(targets(ada, None, ADDRESSES[0]), START)
    store.reserve(targets(ada, "laptop", ""), START)
    store.reserve([Target(Kind.PASSWORD, Scope.UNTRUSTED, "stranger 1234")], START)
    assert store.outlived(START + 86399).delete()[0] == 0
    assert store.outlived(START + 86401).delete()[0] == 2
    assert sorted(Bucket.objects.values_list("scope", flat=True)) == ["device", "untrusted"]
    assert store.outlived(START + 181 * 86400).delete()[0] == 1
    assert Bucket.objects.get().user == ada
