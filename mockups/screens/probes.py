"""Probes: the cards with their last hour, the status page that anyone may see, and order lines."""

from mockups.kit import EDGE, GAP, LIVE, Column, csv_link, field, panel, plain_bar, table, top_bar
from mockups.pencil import BLUE, GREEN, INK, LINE, MUTED, VERMILION, Sheet

WIDE = 1280 - 2 * EDGE
AMBER = "#b07800"
BAR = {"up": (GREEN, 18), "part": (AMBER, 26), "down": (VERMILION, 32), "none": (MUTED, 3)}  # colour, height
# Runs of bars: how many, and their state.
Runs = list[tuple[int, str]]
SHOP: Runs = [(44, "up"), (2, "part"), (14, "down")]
API: Runs = [(21, "up"), (1, "part"), (38, "up")]
DOCS: Runs = [(60, "up")]
CARDS = [
    ("shop", "down", "since 13:48:11", SHOP, "down at fra, iad", "It answers the status 503, not 200-299.", "98.61"),
    ("api", "up", "since 2026-11-19 08:02:40", API, "3 places", "", "99.98"),
    ("docs", "up", "since 2026-10-02 11:20:05", DOCS, "3 places", "", "100.00"),
    ("mail", "unknown", "since 13:57:00", [(54, "up"), (6, "none")], "no place reports", "", "99.91"),
]
DOWN = [
    *(Column(name, width, right=False) for name, width in (("Probe", 120), ("Down from (UTC)", 190), ("To", 190))),
    Column("At", 150, right=False),
    Column("Failed checks", 130),
    Column("Reason", 420, right=False),
]
LINES = [
    *(Column(name, width, right=False) for name, width in (("Arrived (UTC)", 180), ("Site", 90), ("Customer", 100))),
    *(Column(name, width, right=False) for name, width in (("Invoice", 90), ("Stock code", 110))),
    Column("Description", 290, right=False),
    *(Column(name, 90) for name in ("Quantity", "Unit price")),
    Column("Line number", 190, right=False),
]
FOUND = [
    ["2026-11-22 14:02:11", "london", "17850", "536365", "85123A", "WHITE HANGING HEART", "6", "2.55", "1795…131-17"],
    ["2026-11-22 14:02:11", "london", "17850", "536365", "85123A", "WHITE HANGING HEART", "6", "2.55", "1795…131-16"],
    ["2026-11-22 14:02:11", "london", "–", "536414", "22139", "RETROSPOT TEA SET", "56", "0.00", "1795…131-12"],
]


def _bars(sheet: Sheet, x: float, y: float, width: float, runs: Runs) -> None:
    """Stand on y + 32: low ones passed, full ones failed. A run is one outline, which keeps the picture small."""
    step, place = width / sum(count for count, _ in runs), 0
    for count, state in runs:
        color, height = BAR[state]
        outline = [(x + place * step, y + 32.0)]
        for number in range(place, place + count):
            left, right = x + number * step, x + (number + 0.75) * step
            outline += [(left, y + 32), (left, y + 32 - height), (right, y + 32 - height), (right, y + 32)]
        sheet.line([*outline, outline[0]], color=color, fill=color)
        place += count


def _state(sheet: Sheet, x: float, y: float, width: float, state: str, since: str) -> None:
    color = {"up": GREEN, "down": VERMILION, "unknown": MUTED}[state]
    sheet.text(x, y, f"{state} {since}".strip(), size=15, color=color, align="right", width=width)


def _card(sheet: Sheet, x: float, y: float, width: float, card: tuple[str, str, str, Runs, str, str, str]) -> None:
    name, state, since, runs, where, reason, up = card
    with sheet.group(name):
        color = {"up": GREEN, "down": VERMILION}.get(state, LINE)
        sheet.rect(x, y, width, 230, stroke=color, round_=True)
        sheet.text(x + 16, y + 12, name, size=18)
        _state(sheet, x + 16, y + 14, width - 32, state, since)
        _bars(sheet, x + 16, y + 44, width - 32, runs)
        for words, align in (("1h ago", "left"), (where, "center"), ("now", "right")):
            sheet.text(x + 16, y + 80, words, size=13, color=MUTED, align=align, width=width - 32)
        if reason:
            sheet.text(x + 16, y + 100, reason, size=15, color=VERMILION)
        facts = [
            ("Answers in", "118 ms"),
            ("p95 of 1h", "332 ms"),
            ("Up, 1 day", f"{up} %"),
            ("Up, 90 days", "99.93 %"),
        ]
        for place, (label, value) in enumerate(
            [*facts, ("Certificate ends", "in 63 days"), ("Last check", "14:02:41")]
        ):
            left, top = x + 16 + place % 4 * (width - 32) / 4, y + 126 + place // 4 * 48
            sheet.text(left, top, label, size=13, color=MUTED)
            sheet.text(left, top + 18, value, size=16)


def probes() -> Sheet:
    sheet = Sheet("Probes · 1280 × 830", 1280, 830)
    top_bar(sheet, "", LIVE)
    with sheet.group("heading"):
        sheet.text(EDGE, 68, "Probes", size=28)
        sheet.text(EDGE, 106, "Web addresses, checked from every place that runs a producer", size=15, color=MUTED)
        for place, name in enumerate(("1h", "1d", "7d", "30d", "90d")):
            sheet.rect(900 + place * 72, 74, 62, 32, stroke=LINE if place else BLUE, round_=True)
            sheet.text(900 + place * 72, 81, name, color=MUTED if place else BLUE, align="center", width=62)
        sheet.text(EDGE, 134, "1 of 4 down.", size=15, color=MUTED)
    width = (WIDE - GAP) / 2
    for number, card in enumerate(CARDS):
        _card(sheet, EDGE + number % 2 * (width + GAP), 162 + number // 2 * 246, width, card)
    with sheet.group("down"):
        panel(sheet, EDGE, 660, WIDE, 150, "Times in which they were down")
        csv_link(sheet, EDGE + WIDE - 16, 674)
        rows = [
            ["shop", "2026-11-22 13:48:11", "down", "fra, iad", "29", "It answers the status 503, not 200-299."],
            ["mail", "2026-11-21 22:10:04", "2026-11-21 22:16:04", "fra, iad, syd", "18", "It refuses connections."],
        ]
        table(sheet, EDGE + 1, 700, DOWN, rows)
    return sheet


def status() -> Sheet:
    """No reasons, no places, and an address only where an operator said so."""
    sheet = Sheet("Status · 1280 × 560", 1280, 560)
    plain_bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 68, "Status", size=28)
        sheet.text(EDGE, 106, "1 of 3 is down. As of 2026-11-22 14:02:48 UTC.", size=15, color=MUTED)
    width = (WIDE - GAP) / 2
    days: list[tuple[str, str, Runs]] = [
        ("shop", "down", [(71, "up"), (1, "part"), (17, "up"), (1, "part")]),
        ("api", "up", [(88, "up"), (1, "part"), (1, "up")]),
        ("docs", "up", [(90, "up")]),
    ]
    for number, (name, state, runs) in enumerate(days):
        x, y = EDGE + number % 2 * (width + GAP), 140 + number // 2 * 136
        with sheet.group(name):
            sheet.rect(x, y, width, 120, stroke=LINE, round_=True)
            sheet.text(x + 16, y + 12, name, size=18)
            _state(sheet, x + 16, y + 14, width - 32, state, "")
            _bars(sheet, x + 16, y + 44, width - 32, runs)
            for words, align in (("90 days ago", "left"), ("99.93 % up", "center"), ("now", "right")):
                sheet.text(x + 16, y + 84, words, size=13, color=MUTED, align=align, width=width - 32)
    with sheet.group("days"):
        panel(sheet, EDGE, 412, WIDE, 90, "The last 14 days")
        sheet.text(EDGE + 16, 450, "shop was down from 2026-11-22 13:48:11 on, and still is.", color=INK)
    return sheet


def lines() -> Sheet:
    sheet = Sheet("Order lines · 1280 × 480", 1280, 480)
    top_bar(sheet, "Orders", None)
    with sheet.group("heading"):
        sheet.text(EDGE, 68, "Order lines", size=28)
        sheet.text(EDGE, 106, "Each line of an order as it arrived, the latest first", size=15, color=MUTED)
    with sheet.group("look"):
        panel(sheet, EDGE, 138, WIDE, 126, "Look for")
        for place, (label, value) in enumerate(
            (("Customer", ""), ("Invoice", ""), ("Stock code", ""), ("Site", "london"))
        ):
            field(sheet, EDGE + 16 + place * 240, 172, 220, label, value)
    with sheet.group("found"):
        panel(sheet, EDGE, 282, WIDE, 172, "The latest 100 lines")
        csv_link(sheet, EDGE + WIDE - 16, 296)
        table(sheet, EDGE + 1, 326, LINES, FOUND, step=32)
    return sheet
