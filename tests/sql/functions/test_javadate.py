"""The patterns of SimpleDateFormat: the examples of the reference, each letter, and round trips."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.errors import RowError
from sql.functions.calendar import iso_timestamp
from sql.functions.javadate import LETTERS, format_date
from sql.functions.javaparse import parse_date
from sql.functions.registry import TypeProblem
from sql.types import DATE, TIME, TIMESTAMP, VARCHAR
from tests.sql.functions.calling import at, call

PARSED = [
    # The reference's table of templates.
    ("yyyy-MM-dd hh:mm:ss", "2009-09-16 03:15:24", "2009-09-16 03:15:24"),
    ("yyyy-mm", "2011-02-08 07:23:19", "2011-01-01 00:02:00"),
    ("MMM dd, yyyy", "March 7, 2010", "2010-03-07 00:00:00"),
    ("MMM dd,", "March 7, 2010", "1970-03-07 00:00:00"),
    ("MMM dd,y", "March 7, 2010", "2010-03-07 00:00:00"),
    ("MMM dd,y", "March 7, 10", "0010-03-07 00:00:00"),
    ("M-d", "2-8", "1970-02-08 00:00:00"),
    ("M-d", "2-8-2011", "1970-02-08 00:00:00"),
    ("MM-dd-yyyy", "06-23-2011 10:11:12", "2011-06-23 00:00:00"),
    ("dd-MM-yy hh:mm:ss", "23-06-11 10:11:12", "2011-06-23 10:11:12"),
    ("MM-dd-yy hh:mm:ss", "06-23-11 10:11:12", "2011-06-23 10:11:12"),
    ("yyyy-MM-dd", "2009-09-16 03:15:24", "2009-09-16 00:00:00"),
    ("hh:mm", "12:11", "1970-01-01 00:11:00"),
    # Our own.
    ("hh:mm a", "12:11 pm", "1970-01-01 12:11:00"),
    ("KK:mm a", "00:11 PM", "1970-01-01 12:11:00"),
    ("kk:mm", "24:11", "1970-01-01 00:11:00"),
    ("yyyyMMddHHmmss", "20110623101112", "2011-06-23 10:11:12"),
    ("Hmm", "915", "1970-01-01 09:15:00"),
    ("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2018-01-01T01:02:03.004Z", "2018-01-01 01:02:03.004"),
    ("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2018-01-01T01:02:03.123456+02:00", "2017-12-31 23:02:03.123"),
    ("EEE MMM dd HH:mm:ss Z yyyy", "Wed Oct 10 20:19:24 +0130 2018", "2018-10-10 18:49:24"),
    ("dd/MMM/yyyy:HH:mm:ss Z", "10/oct/2000:13:55:36 -0700", "2000-10-10 20:55:36"),
    ("HH:mm z", "10:00 PST", "1970-01-01 18:00:00"),
    ("HH:mm z", "10:00 GMT+01:30", "1970-01-01 08:30:00"),
    ("d.M.yy", "1.2.99", "1999-02-01 00:00:00"),
    ("yyyy D", "2024 366", "2024-12-31 00:00:00"),
    ("YYYY ww u", "2026 01 3", "2025-12-31 00:00:00"),
    ("yyyy MMMM F EEEE", "2025 May 2 Tuesday", "2025-05-13 00:00:00"),
    ("yyyy M W E", "2025 5 3 Tue", "2025-05-13 00:00:00"),
    ("'o''clock' h", "o'clock 7", "1970-01-01 07:00:00"),
    ("yyyy-MM-dd", "  2009-09-16", "2009-09-16 00:00:00"),
]
NOT_PARSED = [
    ("M-d", "2011-2-8"),  # the reference: 2011 is no month
    ("MMM dd yyyy", "March 7, 2010"),  # the reference: the template lacks the comma
    ("MMM dd, yyyy", "March 7 2010"),
    ("hh", "15"),
    ("yyyy-MM-dd", "2023-02-29"),
    ("yyyy", ""),
    ("yyyy-MM-dd'T'", "2009-09-16t"),
    ("G y", "BC 5"),
    ("yyyy", "99999"),
]
MOMENT = "2026-11-07 15:04:05.006"
FORMATTED = {
    "G": "AD", "y": "2026", "yy": "26", "yyyy": "2026", "yyyyy": "02026", "M": "11", "MM": "11", "MMM": "Nov",
    "MMMM": "November", "L": "11", "d": "7", "dd": "07", "D": "311", "DDDD": "0311", "E": "Sat", "EEEE": "Saturday",
    "u": "6", "F": "1", "W": "1", "w": "45", "YYYY": "2026", "a": "PM", "H": "15", "k": "15", "K": "3", "hh": "03",
    "m": "4", "mm": "04", "ss": "05", "S": "6", "SSS": "006", "z": "UTC", "Z": "+0000", "X": "Z",
    "zzzz": "Coordinated Universal Time", "'at' ''h''": "at '3'",
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "text", "expected"), PARSED)
def test_text_is_read_by_its_pattern(pattern: str, text: str, expected: str) -> None:
    assert iso_timestamp(parse_date(pattern, text)) == expected


@pytest.mark.parametrize(("pattern", "text"), NOT_PARSED)
def test_text_that_does_not_match_is_a_fault_of_the_row(pattern: str, text: str) -> None:
    with pytest.raises(RowError, match="does not match the date pattern"):
        parse_date(pattern, text)


@pytest.mark.parametrize(("pattern", "expected"), FORMATTED.items())
def test_each_letter_is_written_as_java_does(pattern: str, expected: str) -> None:
    assert format_date(pattern, at(MOMENT)) == expected


def test_weeks_begin_on_sunday_and_the_first_holds_the_first_of_january() -> None:
    days = ["2025-12-27", "2025-12-28", "2026-01-03", "2026-01-04", "2024-02-29"]
    assert [format_date("YYYY w W", at(day)) for day in days] == [
        "2025 52 4",
        "2026 1 5",
        "2026 1 1",
        "2026 2 2",
        "2024 9 5",
    ]


@pytest.mark.parametrize(
    ("pattern", "words"), [("yyyy-bb", "'b' is no letter"), ("'oops", "quote"), ("y" * 300, "256")]
)
def test_pattern_that_is_none_is_refused_before_the_rows(pattern: str, words: str) -> None:
    with pytest.raises(TypeProblem, match=words):
        call("CHAR_TO_TIMESTAMP", pattern, "2009", types=[VARCHAR, VARCHAR])


def test_functions_take_the_format_first_and_give_their_types() -> None:
    stamp = "2016-09-23 04:29:26"
    assert call("TIMESTAMP_TO_CHAR", "yyyy/MM/dd HH", at(stamp), types=[VARCHAR, TIMESTAMP]) == "2016/09/23 04"
    assert call("DATE_TO_CHAR", "dd.MM.", at("2016-09-23"), types=[VARCHAR, DATE]) == "23.09."
    assert call("TIME_TO_CHAR", "HH'h'", at("04:29:26"), types=[VARCHAR, TIME]) == "04h"
    read = [call(f"CHAR_TO_{name}", "yyyy-MM-dd HH:mm:ss", stamp) for name in ("TIMESTAMP", "DATE", "TIME")]
    assert read == [at(stamp), at("2016-09-23"), at("04:29:26")]


@given(
    st.integers(at("0002-01-01"), at("9998-12-30")),
    st.sampled_from([
        "yyyy-MM-dd HH:mm:ss.SSS", "yyyyMMddHHmmssSSS", "EEEE, d MMMM y h:m:s.S a Z", "D y k:m:s S X",
        "YYYY w u HHmmssSSS", "yyyy MM W E K:mm:ss.SSS a z", "G yyyy M F EEE H:m:s.S",
    ]),
)  # fmt: skip
def test_written_moment_is_read_back(moment: int, pattern: str) -> None:
    assert parse_date(pattern, format_date(pattern, moment)) == moment


@given(st.integers(at("1900-01-01"), at("2100-01-01")))
def test_numbers_agree_with_strftime(moment: int) -> None:
    day = datetime.fromtimestamp(moment / 1000, UTC)
    assert format_date("yyyy-MM-dd HH:mm:ss DDD EEE u hh a", moment) == day.strftime("%Y-%m-%d %H:%M:%S %j %a %u %I %p")


@given(st.text(alphabet=LETTERS + "-: '\t.", max_size=20), st.text(alphabet="0123456789 -:APMUTCJan'", max_size=40))
def test_any_pattern_reads_or_refuses(pattern: str, text: str) -> None:
    try:
        parse_date(pattern, text)
    except (RowError, ValueError):
        return
