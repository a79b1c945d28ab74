"""Boards: one of ovens, how it is edited, a panel that is being made, and the same board on a wall."""

import math

from mockups.kit import EDGE, Plot, button, csv_link, field, panel, plain_bar, top_bar
from mockups.pencil import BLUE, GREEN, LINE, MUTED, PALE_GREEN, VERMILION, Sheet

WIDE = 1280 - 2 * EDGE
HALF = (WIDE - 16) / 2
MEANS = [("oven-5", 204.9), ("oven-4", 200.1), ("oven-3", 195.0), ("oven-2", 190.0), ("oven-1", 185.1)]
PANELS = [
    ("Mean temperature", "number, M, ovens/PANEL"),
    ("Mean temperature by device", "top, M, ovens/PANEL"),
    ("Mean temperature of each device", "lines, wide, ovens/PANEL"),
]


def board() -> Sheet:
    sheet = Sheet("A board, live · 1280 × 880", 1280, 880)
    top_bar(sheet, "")
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Boards  /", color=BLUE, size=15)
        sheet.text(EDGE, 96, "Ovens", size=28)
        button(sheet, EDGE + WIDE - 80, 92, 80, "Edit")
    with sheet.group("time"):
        field(sheet, EDGE, 140, 200, "Time", "1h")
        field(sheet, EDGE + 216, 140, 160, "Device", "all  ▾")
        button(sheet, EDGE + 392, 166, 70, "Show")
        for place, words in enumerate(("◀", "15m", "1h", "6h", "1d", "7d")):
            button(sheet, EDGE + 486 + place * 62, 166, 54, words, primary=words == "1h")
        words = "The last 1h, live. Type 6h, now-1d or two times."
        sheet.text(EDGE, 212, words, size=14, color=MUTED)
    _number(sheet, EDGE, 244, HALF)
    _ranking(sheet, EDGE + HALF + 16, 244, HALF)
    _curve(sheet, EDGE, 500, WIDE)
    return sheet


def edit() -> Sheet:
    sheet = Sheet("Editing a board · 1280 × 860", 1280, 860)
    plain_bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Boards  /  Ovens  /", color=BLUE, size=15)
        sheet.text(EDGE, 96, "Edit", size=28)
        for place, words in enumerate(("Undo", "As text", "Look at it")):
            button(sheet, EDGE + WIDE - 376 + place * 128, 92, 120, words, primary=place == 2)
    with sheet.group("panels"):
        panel(sheet, EDGE, 144, WIDE, 252, "3 panels")
        button(sheet, EDGE + WIDE - 156, 156, 140, "Add a panel", primary=True)
        for place, (title, words) in enumerate(PANELS):
            y = 204 + place * 54
            sheet.text(EDGE + 16, y + 8, "⋮⋮", color=MUTED)
            sheet.text(EDGE + 52, y, title, color=BLUE)
            sheet.text(EDGE + 52, y + 22, words, size=14, color=MUTED)
            for at, sign in enumerate(("↑", "↓")):
                button(sheet, EDGE + WIDE - 220 + at * 48, y, 40, sign)
            button(sheet, EDGE + WIDE - 116, y, 100, "Remove")
        sheet.text(EDGE + 16, 366, "Drag one by its dots, or use its arrows.", size=14, color=MUTED)
    with sheet.group("settings"):
        panel(sheet, EDGE, 412, WIDE, 196, "The board")
        chosen = (("Title", "Ovens"), ("Description", ""), ("Time", "1h"), ("Filter that viewers choose", "device  ▾"))
        for place, (label, value) in enumerate(chosen):
            field(sheet, EDGE + 16 + place * 304, 448, 288, label, value)
        field(sheet, EDGE + 16, 528, 288, "Seen by", "everybody  ▾")
        button(sheet, EDGE + 320, 554, 120, "Keep these", primary=True)
    with sheet.group("links"):
        panel(sheet, EDGE, 624, WIDE, 132, "Display links")
        words = "A link shows this board alone, without signing in, for a screen on a wall."
        sheet.text(EDGE + 16, 660, words, size=14, color=MUTED)
        sheet.text(EDGE + 16, 690, "Hall   …x7Q2, ends 2027-11-22, last used 14:02", size=15)
        button(sheet, EDGE + WIDE - 116, 682, 100, "Revoke")
        button(sheet, EDGE + 16, 716, 190, "Make a display link")
    sheet.text(EDGE + 16, 790, "▸  Delete this board", color=VERMILION)
    return sheet


def made_panel() -> Sheet:
    sheet = Sheet("Adding a panel to a board · 1280 × 700", 1280, 700)
    plain_bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Boards  /  Ovens  /  Edit  /", color=BLUE, size=15)
        sheet.text(EDGE, 96, "Add a panel", size=28)
    with sheet.group("choices"):
        sheet.rect(EDGE, 144, 400, 530, stroke=LINE, round_=True)
        chosen = (
            ("Shows", "a ranking  ▾"), ("Data", "ovens  ▾"), ("Function", "mean  ▾"),
            ("of the column", "mean_temperature  ▾"), ("Ranks", "device  ▾"), ("Only rows of", "all rows  ▾"),
        )  # fmt: skip
        for place, (label, value) in enumerate(chosen):
            field(sheet, EDGE + 16, 152 + place * 72, 368, label, value)
        button(sheet, EDGE + 16, 622, 90, "Preview")
        button(sheet, EDGE + 116, 622, 150, "Keep this panel", primary=True)
        button(sheet, EDGE + 276, 622, 90, "Cancel")
    with sheet.group("preview"):
        _ranking(sheet, EDGE + 416, 144, WIDE - 416, title="Mean of mean_temperature by device", csv=False)
        words = "As it looks on the rows of the last 1h."
        sheet.text(EDGE + 416, 396, words, size=14, color=MUTED)
    return sheet


def display() -> Sheet:
    sheet = Sheet("A board on a wall · 1920 × 1080", 1920, 1080)
    with sheet.group("heading"):
        sheet.text(32, 24, "Ovens", size=36)
        sheet.text(32, 32, "14:02:11 UTC", size=22, color=MUTED, align="right", width=1856)
    width = (1920 - 64 - 24) / 2
    with sheet.group("figures"):
        panel(sheet, 32, 92, width, 330, "Mean temperature")
        sheet.text(56, 160, "195.0 °C", size=64)
        _course(sheet, 56, 290, width - 48, 80)
        panel(sheet, 56 + width, 92, width, 330, "Mean temperature by device")
        for place, (name, value) in enumerate(MEANS):
            _bar(sheet, 80 + width, 150 + place * 52, width - 48, name, value, size=22)
    with sheet.group("curve"):
        panel(sheet, 32, 446, 1856, 600, "Mean temperature of each device")
        _lines(sheet, 130, 520, 1720, 440)
    return sheet


def _number(sheet: Sheet, x: float, y: float, width: float) -> None:
    with sheet.group("number"):
        panel(sheet, x, y, width, 240, "Mean temperature")
        csv_link(sheet, x + width - 16, y + 14)
        sheet.text(x + 16, y + 56, "195.0 °C", size=44)
        _course(sheet, x + 16, y + 130, width - 32, 50)
        sheet.text(x + 16, y + 204, "over the time shown", size=14, color=MUTED)


def _course(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    points = [(x + place * width / 40, y + height / 2 + height / 2 * math.sin(place / 2.3)) for place in range(41)]
    sheet.line(points, color=GREEN)


def _ranking(
    sheet: Sheet, x: float, y: float, width: float, title: str = "Mean temperature by device", *, csv: bool = True
) -> None:
    with sheet.group("ranking"):
        panel(sheet, x, y, width, 240, title)
        if csv:
            csv_link(sheet, x + width - 16, y + 14)
        for place, (name, value) in enumerate(MEANS):
            _bar(sheet, x + 16, y + 54 + place * 36, width - 32, name, value)


def _bar(sheet: Sheet, x: float, y: float, width: float, name: str, value: float, size: int = 16) -> None:
    sheet.text(x, y, name, size=size)
    sheet.rect(x + 150, y + 6, (width - 250) * value / MEANS[0][1], 10, stroke=GREEN, fill=PALE_GREEN)
    sheet.text(x, y, f"{value}", size=size, align="right", width=width)


def _curve(sheet: Sheet, x: float, y: float, width: float) -> None:
    with sheet.group("curve"):
        panel(sheet, x, y, width, 350, "Mean temperature of each device")
        csv_link(sheet, x + width - 16, y + 14)
        for place, (name, _) in enumerate(reversed(MEANS)):
            sheet.text(x + 16 + place * 120, y + 46, f"— {name}", size=15, color=(GREEN, VERMILION, BLUE)[place % 3])
        _lines(sheet, x + 72, y + 84, width - 110, 190)
        sheet.text(x + 16, y + 316, "▸  The same as a table", size=15, color=GREEN)


def _lines(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    plot = Plot(sheet, x, y, width, height, 180, 210, 60)
    plot.grid({190: "190", 200: "200", 210: "210"})
    for place, (_, value) in enumerate(reversed(MEANS)):
        course = [value + 1.2 * math.sin(step / 4 + place * 1.7) for step in range(60)]
        plot.line(course, color=(GREEN, VERMILION, BLUE)[place % 3])
    plot.times({0: "13:02", 20: "13:22", 40: "13:42", 60: "14:02"})
