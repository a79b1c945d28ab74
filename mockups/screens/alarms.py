"""Alarms: the list, one episode, the form of a rule, the ledger."""

import math

from mockups.kit import EDGE, LIVE, Column, Plot, State, button, csv_link, field, figures, panel, table, top_bar
from mockups.pencil import BLUE, INK, LINE, MUTED, PALE_GREY, PALE_VERMILION, VERMILION, Sheet

WIDE = 1280 - 2 * EDGE
ROOMS = ("Alarms", "Rules", "Ledger", "Targets", "Silences", "Duty")
SEVERITY = {"critical": VERMILION, "warning": "#b07800", "info": BLUE}


def bar(sheet: Sheet, state: State | None = None) -> None:
    """The frame with the link of these pages, and the bell with the number of open alarms."""
    top_bar(sheet, "", state)
    with sheet.group("here"):
        sheet.text(584, 18, "Alarms")
        sheet.line([(584, 54), (634, 54)], color=BLUE, weight=4)
    with sheet.group("bell"):
        points = [(918, 36), (921, 31), (922, 24), (928, 20), (934, 24), (935, 31), (938, 36), (918, 36)]
        sheet.line(points, color=INK)
        sheet.dot(938, 20, 18, VERMILION)
        sheet.text(929, 12, "2", size=12, color="#ffffff", align="center", width=18)


def _rooms(sheet: Sheet, y: float, here: str) -> None:
    with sheet.group("rooms"):
        x = EDGE
        for name in ROOMS:
            sheet.text(x, y, name, color=INK if name == here else MUTED)
            if name == here:
                sheet.line([(x, y + 26), (x + 9 * len(name), y + 26)], color=BLUE, weight=3)
            x += 9 * len(name) + 34
        sheet.line([(EDGE, y + 28), (EDGE + WIDE, y + 28)], color=LINE)


def heading(sheet: Sheet, title: str, words: str, here: str) -> None:
    with sheet.group("heading"):
        sheet.text(EDGE, 68, title, size=28)
        sheet.text(EDGE, 80, words, size=15, color=MUTED, align="right", width=WIDE)
    _rooms(sheet, 114, here)


def _mark(sheet: Sheet, x: float, y: float, name: str) -> None:
    color = SEVERITY[name]
    sheet.line([(x + 7, y), (x + 14, y + 14), (x, y + 14), (x + 7, y)], color=color, fill=color)


def _severity(sheet: Sheet, x: float, y: float, name: str) -> None:
    _mark(sheet, x, y, name)
    sheet.text(x + 22, y - 3, name, size=15, color=SEVERITY[name])


OPEN = [
    *(Column(name, width, right=False) for name, width in (("Severity", 130), ("Rule", 260), ("Key", 130))),
    *(Column(name, width, right=False) for name, width in (("Began (UTC)", 190), ("Acknowledged", 232))),
    *(Column("Peak", 100), Column("Level", 190, right=False)),
]
OPENED = [
    [
        "critical",
        "Orders per 15 s, at least 30",
        "london",
        "2026-11-22 14:02:11",
        "nobody yet",
        "41",
        "lines at least 30",
    ],
    [
        "warning",
        "Temperature, absent for 60 s",
        "boiler-2",
        "2026-11-22 13:58:01",
        "by ada",
        "–",
        "no row for 60s",
    ],
]
PAST = [
    [
        "critical",
        "Orders per 15 s, at least 30",
        "berlin",
        "2026-11-22 13:31:20",
        "lasted 2 min 4 s",
        "38",
        "lines at least 30",
    ],
    ["info", "Mean price, at most 300", "AMZN", "2026-11-22 12:07:00", "lasted 11 min", "288.1", "price at most 300"],
    [
        "critical",
        "Orders per 15 s, at least 30",
        "lisbon",
        "2026-11-22 11:54:41",
        "lasted 58 s",
        "33",
        "lines at least 30",
    ],
]


def alarms() -> Sheet:
    sheet = Sheet("Alarms · 1280 × 640", 1280, 640)
    bar(sheet, LIVE)
    heading(sheet, "Alarms", "Episodes that rules found: the open ones, then those of the past", "Alarms")
    with sheet.group("open"):
        sheet.rect(EDGE, 156, WIDE, 150, stroke=VERMILION, round_=True)
        sheet.text(EDGE + 16, 168, "2 open", size=18)
        table(sheet, EDGE + 1, 202, OPEN, OPENED, step=34)
        for place, name in enumerate(("critical", "warning")):
            _mark(sheet, EDGE + 92, 247 + place * 34, name)
    with sheet.group("look"):
        panel(sheet, EDGE, 322, WIDE, 116, "Look for")
        for place, (name, value) in enumerate((("Words", ""), ("Rule", "any"), ("Key", "any"), ("Severity", "any"))):
            field(sheet, EDGE + 16 + place * 240, 356, 220, name, value)
        button(sheet, EDGE + 980, 382, 90, "Look")
    with sheet.group("past"):
        panel(sheet, EDGE, 454, WIDE, 164, "Past: 214 alarms")
        csv_link(sheet, EDGE + WIDE - 16, 467)
        table(sheet, EDGE + 1, 496, [*OPEN[:4], Column("Lasted", 232, right=False), *OPEN[5:]], PAST, step=29)
        for place, name in enumerate(("critical", "info", "critical")):
            _mark(sheet, EDGE + 92, 533 + place * 29, name)
    return sheet


CURVE = [12 + 5 * math.sin(step / 5) + (30 if 34 < step < 62 else 0) * math.sin((step - 34) / 9) for step in range(90)]
TOLD = [
    *(Column(name, width, right=False) for name, width in (("Notice", 150), ("Target", 220), ("Result", 220))),
    *(Column(name, width, right=False) for name, width in (("When (UTC)", 180), ("Answer", 352))),
    Column("Attempts", 110),
]
MESSAGES = [
    ["firing", "ops webhook", "delivered", "14:02:12", "204", "1"],
    ["firing", "ada's mail", "delivered", "14:02:14", "250 2.0.0 Ok: queued", "2"],
    ["firing", "hall screen", "silenced", "14:02:11", "silence until 15:00: “belt is being mended”", "0"],
]


def alarm() -> Sheet:
    sheet = Sheet("One alarm · 1280 × 990", 1280, 990)
    bar(sheet, LIVE)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Alarms  /", color=BLUE)
        sheet.text(EDGE + 86, 68, "Orders per 15 s", size=28)
        sheet.text(EDGE + 316, 76, "london", size=20, color=MUTED)
        _severity(sheet, EDGE + 400, 84, "critical")
        button(sheet, 1280 - EDGE - 270, 68, 150, "Acknowledge", primary=True)
        button(sheet, 1280 - EDGE - 110, 68, 110, "Silence")
    told = [("Since", "14:02:11", "open for 37 s"), ("Value", "41", "peak 44; raised at 31")]
    told += [("Raise / clear", "30 / 20", "version 4 of the rule"), ("Told", "2 of 3", "1 call was held back")]
    figures(sheet, 124, told)
    with sheet.group("curve"):
        panel(sheet, EDGE, 232, WIDE, 280, "Order lines in 15 s, london")
        plot = Plot(sheet, EDGE + 80, 276, WIDE - 110, 190, 0, 60, 90)
        sheet.rect(plot.across(41), 276, plot.across(62) - plot.across(41), 190, stroke=PALE_VERMILION, neat=True)
        plot.grid({0: "0", 60: "60"})
        plot.level(30, "raise at 30")
        plot.level(20, "clear at 20")
        plot.line(CURVE, BLUE)
        plot.times({0: "14:01", 30: "14:01:30", 60: "14:02", 89: "14:02:30"})
    with sheet.group("cause"):
        panel(sheet, EDGE, 528, 608, 196, "Cause")
        words = "The second 14:02:11 of orders/seconds\nlondon: 9 lines, peak 31\n\nRecords 4960…0123 to 4960…0188"
        sheet.text(EDGE + 16, 566, words, size=15)
        sheet.text(EDGE + 16, 680, "Look into the records", size=15, color=BLUE)
        sheet.text(EDGE + 220, 680, "Prove", size=15, color=BLUE)
    with sheet.group("notes"):
        panel(sheet, EDGE + 624, 528, 608, 196, "Notes")
        sheet.text(EDGE + 640, 566, "ada, 14:02:40: a campaign has started, expected", size=15)
        field(sheet, EDGE + 640, 600, 470, "Add a note")
        button(sheet, EDGE + 1124, 626, 90, "Add")
    with sheet.group("told"):
        panel(sheet, EDGE, 740, WIDE, 196, "Who was told, and who was not")
        table(sheet, EDGE + 1, 784, TOLD, MESSAGES, step=34)
        sheet.text(EDGE + 16, 942, "The rule’s version 4 by ada, 2026-11-20; the application’s 3", size=14, color=MUTED)
    return sheet


FIELDS = [
    ("Raises when", "it is at least a level"), ("Severity", "critical"), ("Column", "Order lines"),
    ("Over a window of", "15s"), ("Raise level (at least)", "30"), ("Clear level (below)", "20"),
    ("Held for at least", "at once"), ("An alarm for each", "site"), ("Only rows of", "all rows"),
    ("At most so many messages", "one in an interval"), ("Interval", "1m"), ("Goes on if again within", "1m"),
]  # fmt: skip


def rule() -> Sheet:
    sheet = Sheet("A rule · 1280 × 900", 1280, 900)
    bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 70, "Rules  /  Orders per 15 s  /", size=15, color=BLUE)
        sheet.text(EDGE, 90, "Change the rule", size=28)
        words = "Version 5 is in force from the next commit on; open alarms of the rule end."
        sheet.text(EDGE, 128, words, size=15, color=MUTED)
    with sheet.group("form"):
        sheet.rect(EDGE, 160, 480, 716, stroke=LINE, round_=True)
        field(sheet, EDGE + 16, 176, 448, "Title", "Orders per 15 s")
        field(sheet, EDGE + 16, 250, 448, "Watches", "Order lines of each second and site")
        for place, (name, value) in enumerate(FIELDS):
            field(sheet, EDGE + 16 + place % 2 * 232, 324 + place // 2 * 76, 216, name, value)
        words = "A length of time is 30s, 5m, 1h or 2d, of the stream’s own time."
        sheet.text(EDGE + 16, 784, words, size=14, color=MUTED)
        button(sheet, EDGE + 16, 824, 150, "Show the curve")
        button(sheet, EDGE + 178, 824, 100, "Keep it", primary=True)
        button(sheet, EDGE + 290, 824, 100, "Cancel")
    _curve(sheet, EDGE + 496, WIDE - 496)
    with sheet.group("backtest"):
        panel(sheet, EDGE + 496, 716, WIDE - 496, 160, "It would have made")
        sheet.text(EDGE + 512, 748, "7 alarms, 9 messages", size=28)
        sheet.text(EDGE + 512, 796, "2 messages of an end; 0 still open; 3,600 rows", size=14, color=MUTED)
        words = "In the last hour, of all keys; counted again while a level moves"
        sheet.text(EDGE + 512, 822, words, size=14, color=MUTED)
    return sheet


def _curve(sheet: Sheet, x: float, width: float) -> None:
    """The value of one key with both levels, and a slider for each."""
    with sheet.group("curve"):
        panel(sheet, x, 160, width, 540, "Order lines, london")
        field(sheet, x + 16, 200, 330, "Of", "london")
        field(sheet, x + 362, 200, 330, "In", "the last hour")
        plot = Plot(sheet, x + 64, 290, width - 100, 240, 0, 60, 90)
        plot.grid({0: "0", 60: "60"})
        plot.level(30, "raise: at least 30")
        plot.level(20, "clear: below 20")
        plot.line(CURVE, BLUE)
        plot.times({0: "13:02", 45: "13:32", 89: "14:02"})
        for y, name, at in ((584, "Raise level (at least)", 30), (620, "Clear level (below)", 20)):
            sheet.text(x + 16, y - 8, name, size=15, color=MUTED)
            sheet.line([(x + 190, y), (x + width - 90, y)], color=LINE, weight=4)
            sheet.dot(x + 180 + (width - 280) * at / 60, y, 18, BLUE)
            sheet.text(x + width - 70, y - 10, str(at))
        sheet.text(x + 16, 660, "The same as a table", size=15, color=BLUE)


LEDGER = [
    *(Column(name, width, right=False) for name, width in (("Made (UTC)", 180), ("Result", 120), ("Target", 170))),
    *(Column(name, width, right=False) for name, width in (("Alarm", 330), ("Notice", 100), ("Answer, or why", 252))),
    Column("Attempts", 80),
]
LINES = [
    ["2026-11-22 14:02:11", "delivered", "ops webhook", "Orders per 15 s · london", "firing", "204", "1"],
    [
        "2026-11-22 14:02:11",
        "silenced",
        "hall screen",
        "Orders per 15 s · london",
        "firing",
        "belt is being mended",
        "0",
    ],
    ["2026-11-22 13:58:01", "failed", "old pager", "Temperature · boiler-2", "firing", "gave up after 24 h: 500", "19"],
    ["2026-11-22 13:33:24", "delivered", "ada's mail", "Orders per 15 s · berlin", "resolved", "250 2.0.0 Ok", "1"],
]


def ledger() -> Sheet:
    sheet = Sheet("The ledger · 1280 × 500", 1280, 500)
    bar(sheet)
    heading(sheet, "Ledger", "Each message: its target, its result, its attempts, and why it was not sent", "Ledger")
    with sheet.group("filter"):
        x = EDGE
        for name in ("Any result", "Waiting", "Delivered", "Dry run", "Failed", "Silenced", "Dropped"):
            here = name == "Any result"
            sheet.rect(
                x, 160, 110, 32, stroke=BLUE if here else LINE, fill=PALE_GREY if here else "#ffffff", round_=True
            )
            sheet.text(x, 167, name, size=15, align="center", width=110)
            x += 122
    with sheet.group("messages"):
        panel(sheet, EDGE, 210, WIDE, 220, "4,118 messages")
        csv_link(sheet, EDGE + WIDE - 16, 223)
        table(sheet, EDGE + 1, 254, LEDGER, LINES, step=34)
    return sheet
