"""Made-up unicorns."""

import json
from math import cos, hypot, radians
from random import Random

from applications.fleet.generator import LATITUDE, LONGITUDE, METRES_PER_DEGREE, NAMES, Fleet

START = 1_760_000_000_000  # 2025-10-09 08:53:20


def test_seed_gives_the_same_bytes_for_any_batches() -> None:
    one, other = Fleet(Random(7), START), Fleet(Random(7), START)
    assert one.take(500) == [entry for size in (1, 99, 400) for entry in other.take(size)]
    assert Fleet(Random(8), START).take(50) != Fleet(Random(7), START).take(50)


def test_every_unicorn_reports_once_a_second_under_its_name() -> None:
    taken = Fleet(Random(1), START).take(2 * len(NAMES))
    told = [(key, json.loads(data)) for key, data in taken]
    assert [key for key, _ in told] == [*NAMES, *NAMES]
    assert all(key == status["Name"] for key, status in told)
    assert {status["StatusTime"] for _, status in told} == {"2025-10-09 08:53:20.000", "2025-10-09 08:53:21.000"}


def test_status_has_the_fields_of_the_workshop_in_order() -> None:
    [(_, data)] = Fleet(Random(2), START, ["Pegasus"]).take(1)
    fields = ["Distance", "HealthPoints", "Latitude", "Longitude", "MagicPoints", "Name", "StatusTime"]
    assert list(json.loads(data)) == fields


def test_unicorn_flies_straight_as_far_as_its_distances_say() -> None:
    flown = [json.loads(data) for _, data in Fleet(Random(3), START, ["Pegasus"]).take(100)]
    north, east = METRES_PER_DEGREE
    x = (flown[-1]["Longitude"] - LONGITUDE) * east * cos(radians(LATITUDE))
    y = (flown[-1]["Latitude"] - LATITUDE) * north
    distances = [status["Distance"] for status in flown]
    assert round(hypot(x, y) / sum(distances), 3) == 1.0
    assert all(29 <= distance < 31 for distance in distances)


def test_points_change_by_at_most_one_a_second() -> None:
    flown = [json.loads(data) for _, data in Fleet(Random(4), START, ["Pegasus"]).take(300)]
    for points in ("HealthPoints", "MagicPoints"):
        steps = {one[points] - other[points] for one, other in zip(flown[1:], flown[:-1], strict=True)}
        assert steps == {-1, 0, 1}
