"""The embedded stream's own time, against clocks that are set, stepped and paused at will."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from streams.backends.embedded.own_clock import LEAPS, NEAR, SUSTAINED, Anchor, Leap, Reading, from_text, to_text
from streams.core.clock import MINUTE, SECOND

START = 1_795_000_000_000
HOUR, DAY = 60 * MINUTE, 1440 * MINUTE


def reading(elapsed: int, ahead: int = 0, boot: str = "one") -> Reading:
    return Reading(boot, elapsed, START + elapsed + ahead)


def looked(anchor: Anchor, *readings: Reading) -> Anchor:
    """The anchor after writes at those moments."""
    for one in readings:
        anchor = anchor.moved(one, anchor.at(one.elapsed) if anchor.covers(one) else anchor.time)
    return anchor


def error(anchor: Anchor, elapsed: int) -> int:
    """By how much the stream's time is ahead of true time, which `reading` without `ahead` tells."""
    return anchor.at(elapsed) - START - elapsed


def test_a_clock_set_for_seconds_moves_nothing() -> None:
    anchor = looked(Anchor(), reading(0), reading(5000), reading(6000, HOUR), reading(11_000, HOUR), reading(12_000))
    assert error(anchor, 3 * HOUR) == 0


def test_one_process_with_a_wrong_clock_among_right_ones_moves_nothing() -> None:
    looks = [reading(at, DAY if at % 2000 else 0) for at in range(0, 10 * MINUTE, SECOND)]
    assert error(looked(Anchor(), *looks), HOUR) == 0


def test_clock_that_stays_ahead_is_followed_by_one_leap() -> None:
    looks = [reading(at, HOUR if at else 0) for at in range(0, SUSTAINED, SECOND)]
    anchor = looked(Anchor(), *looks)
    assert error(anchor, SUSTAINED) == 0
    anchor = looked(anchor, reading(SUSTAINED + SECOND, HOUR))
    assert (error(anchor, 2 * MINUTE), anchor.leaps) == (HOUR, ((START + SUSTAINED + SECOND + HOUR, HOUR),))


def test_clock_that_stays_behind_slows_time_to_99_percent() -> None:
    looks = [reading(at, -HOUR if at else 0) for at in range(0, SUSTAINED + 10 * SECOND, SECOND)]
    anchor = looked(Anchor(), *looks)
    assert -(SUSTAINED // 100) < error(anchor, SUSTAINED + 10 * SECOND) < 0


def test_small_difference_is_made_up_at_101_percent() -> None:
    anchor = looked(Anchor(), *[reading(at, NEAR if at else 0) for at in range(0, 100 * SECOND, SECOND)])
    assert 900 <= error(anchor, 100 * SECOND) <= 1000
    anchor = looked(anchor, *[reading(at, NEAR) for at in range(100 * SECOND, 300 * SECOND, SECOND)])
    assert error(anchor, 300 * SECOND) == NEAR


def test_time_goes_on_from_the_clock_after_a_boot_but_never_back() -> None:
    before = looked(Anchor(), reading(DAY))
    assert looked(before, reading(0, 3 * DAY, "two")).at(0) == START + 3 * DAY
    assert looked(before, reading(0, 0, "two")).at(0) == START + DAY + 1


def test_falling_time_since_boot_is_a_new_boot_when_the_boot_id_is_unknown() -> None:
    before = looked(Anchor(), reading(HOUR, boot=""))
    assert before.covers(reading(HOUR + 5, boot=""))
    assert not before.covers(reading(5, boot=""))


def test_skipped_time_of_a_leap_does_not_count_as_held() -> None:
    anchor = Anchor("one", 0, START, leaps=(Leap(START, 2 * DAY),))
    assert anchor.trim_before(START, DAY) == START - 3 * DAY
    assert anchor.trim_before(START + HOUR, DAY) == START - 3 * DAY + HOUR
    assert anchor.trim_before(START + DAY, DAY) == START
    assert anchor.trim_before(START + DAY + HOUR, DAY) == START + HOUR


def test_too_many_leaps_keep_the_sum_of_the_oldest() -> None:
    anchor = Anchor()
    for boot in range(LEAPS + 10):
        anchor = anchor.moved(Reading(str(boot), 0, START + boot * HOUR), anchor.time)
    assert len(anchor.leaps) == LEAPS
    assert sum(leap.skipped for leap in anchor.leaps) == (LEAPS + 9) * HOUR


def test_anchor_is_restored_from_its_text() -> None:
    anchor = Anchor("one", 5, START, -3, HOUR, 4, (Leap(START, DAY),))
    assert from_text(to_text(anchor)) == anchor
    assert from_text("") == Anchor()


class Moment(NamedTuple):
    """The time since the event before, the error of the clock at this event, and whether a process writes."""

    passed: int
    ahead: int
    writes: bool


WRONG = st.sampled_from([0, 0, 0, 500, -1500, 4000, -4000, HOUR, -HOUR, DAY, -DAY])
MOMENTS = st.lists(st.builds(Moment, st.integers(0, 3 * MINUTE), WRONG, st.booleans()), max_size=60)


@given(MOMENTS)
def test_time_never_runs_back_and_leaps_only_after_a_minute_of_the_same_difference(moments: list[Moment]) -> None:
    """Against an oracle that keeps every look."""
    anchor, elapsed, last = Anchor().moved(reading(0), 0), 0, START
    agreed: list[tuple[int, int]] = []  # the looks, newest last, that saw the same difference without a break
    for moment in moments:
        elapsed += moment.passed
        bounds = last + moment.passed * 99 // 100 - 1, last + moment.passed + moment.passed // 100 + 1
        last = anchor.at(elapsed)
        assert bounds[0] <= last <= bounds[1]
        if not moment.writes:
            continue
        look = reading(elapsed, moment.ahead)
        ahead = look.wall - last
        same = [one for one in agreed if abs(one[1] - ahead) <= NEAR] == agreed and abs(ahead) > NEAR
        agreed = [*agreed, (elapsed, ahead)] if same else [(elapsed, ahead)]
        due = ahead > NEAR and elapsed - agreed[0][0] >= SUSTAINED
        anchor, before = anchor.moved(look, last), last
        last = anchor.at(elapsed)
        assert last == (look.wall if due else before)
        agreed = [] if due else agreed
