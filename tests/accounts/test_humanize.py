from datetime import timedelta

import pytest

from accounts import humanize

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 1) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18 Safari/605", "Safari on macOS"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} CriOS/140 Safari/604", "Chrome on iPhone"),
        ("curl/8.5.0", "curl"),
        ("Konqueror (Linux)", "an unknown browser on Linux"),
        ("", "an unknown device"),
    ],
)
def test_device_is_named_by_browser_and_system(agent: str, device: str) -> None:
    assert humanize.device(agent) == device


@pytest.mark.parametrize(
    ("seconds", "span"),
    [
        (12 * 3600 - 1, "11 h 59 min"),
        (12 * 3600, "12 h"),
        (59 * 60, "59 min"),
        (59, "less than a minute"),
        (-5, "less than a minute"),
        (86400 + 59 * 60, "1 d"),
        (86400 * 3 + 7200, "3 d 2 h"),
    ],
)
def test_timespan_shows_its_two_largest_units(seconds: int, span: str) -> None:
    assert humanize.span(timedelta(seconds=seconds)) == span
