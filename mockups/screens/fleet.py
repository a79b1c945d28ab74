"""A board with a map: where each thing is, its trail, one followed, and the replay of a time."""

import math

from mockups.kit import EDGE, PAUSED, Column, button, csv_link, panel, table, top_bar
from mockups.pencil import BLUE, INK, LINE, MUTED, PALE_GREEN, PALE_GREY, PAPER, VERMILION, Point, Sheet

WIDE = 1280 - 2 * EDGE
X, Y, WIDTH, HEIGHT = EDGE + 16, 282, WIDE - 32, 400  # the map itself
MIDDLE = (X + 560, Y + 236)
NAMES = ("Angel", "Bucephalus", "Moonbeam", "Rocinante", "Shadowfax")
THINGS = [
    Column("Unicorn", 260, right=False),
    *(Column(name, 190) for name in ("Latitude", "Longitude", "Health points", "Position at (UTC)")),
    Column("State", 210, right=False),
]
ROWS = [
    ["Angel", "40.8614", "-73.8852", "151", "14:02:11", "current"],
    ["Bucephalus", "40.7701", "-74.1417", "147", "14:02:11", "current"],
    ["Moonbeam", "40.6610", "-73.9203", "149", "14:01:02", "Stale"],
]


def live_map() -> Sheet:
    sheet = Sheet("A board with a map, in the past · 1280 × 930", 1280, 930)
    top_bar(sheet, "", PAUSED)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Boards  /", color=BLUE)
        sheet.text(EDGE + 84, 68, "Wild Rydes", size=28)
    with sheet.group("time"):
        sheet.rect(EDGE, 124, 240, 36, round_=True)
        sheet.text(EDGE + 12, 133, "15m")
        for place, words in enumerate(("◀", "15m", "1h", "6h", "1d", "▶")):
            button(sheet, EDGE + 260 + place * 62, 124, 54, words)
        words = "Past: 2026-11-27 13:47:11 to 14:02:11"
        sheet.text(EDGE, 172, words, size=15, color=MUTED)
    with sheet.group("panel"):
        panel(sheet, EDGE, 206, WIDE, 700, "Unicorns")
        csv_link(sheet, EDGE + WIDE - 16, 220)
        sheet.text(EDGE, 220, "Follow   Moonbeam  ▾", size=15, align="right", width=WIDE - 90)
        words = "● where each was last   — its way in this time   ○ silent, fainter with its age"
        sheet.text(X, 248, words, size=15, color=MUTED)
    _map(sheet)
    with sheet.group("replay"):
        button(sheet, X, 698, 110, "▶  Replay")
        for place, speed in enumerate(("×1", "×10", "×60")):
            button(sheet, X + 122 + place * 54, 698, 46, speed, primary=speed == "×10")
        sheet.line([(X + 300, 716), (X + 980, 716)], color=LINE, weight=4)
        sheet.line([(X + 300, 716), (X + 760, 716)], color=BLUE, weight=4)
        sheet.dot(X + 760, 716, 16, BLUE)
        sheet.text(X, 707, "13:57:20 UTC", size=15, align="right", width=WIDTH)
    with sheet.group("twin"):
        sheet.text(X, 748, "▾  The same as a table", size=15)
        table(sheet, EDGE + 1, 776, THINGS, ROWS, step=32)
    return sheet


def _map(sheet: Sheet) -> None:
    with sheet.group("map"):
        sheet.rect(X, Y, WIDTH, HEIGHT, stroke=LINE, fill=PAPER)
        sheet.line(_coast(), color=MUTED, weight=1, fill=PALE_GREEN)
        for place in (1, 2, 3):
            sheet.line([(X + place * WIDTH / 4, Y), (X + place * WIDTH / 4, Y + HEIGHT)], color=PALE_GREY)
        for place, name in enumerate(NAMES):
            _unicorn(sheet, place, name)
        for place, words in enumerate(("+", "−", "⤢")):
            button(sheet, X + WIDTH - 52, Y + 12 + place * 40, 40, words)
        sheet.line([(X + 16, Y + 374), (X + 16, Y + 382), (X + 136, Y + 382), (X + 136, Y + 374)], weight=1)
        sheet.text(X + 16, Y + 354, "10 km", size=14)


def _coast() -> list[Point]:
    shore = [(X + 680 + 40 * math.sin(step / 2), Y + step * HEIGHT / 12) for step in range(13)]
    return [(X, Y), *shore, (X, Y + HEIGHT), (X, Y)]


def _unicorn(sheet: Sheet, place: int, name: str) -> None:
    """Draws the way of one: straight, since unicorns fly in one direction."""
    angle, length = 0.5 + place * 2 * math.pi / 5, 120 + 18 * place
    x, y = MIDDLE[0] + length * math.cos(angle), MIDDLE[1] - 0.9 * length * math.sin(angle)
    followed = name == "Moonbeam"
    sheet.line([MIDDLE, (x, y)], color=VERMILION if followed else BLUE, weight=4 if followed else 2)
    sheet.dot(x, y, 16 if followed else 12, VERMILION if followed else BLUE, hollow=followed)
    sheet.text(x + 14, y - 10, name, size=14, color=INK)
