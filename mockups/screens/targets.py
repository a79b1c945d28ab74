"""Targets of alarms: the list, and below it the page of one."""

from mockups.kit import EDGE, Column, button, field, panel, table
from mockups.pencil import BLUE, MUTED, Sheet
from mockups.screens.alarms import WIDE, bar, heading

PLACES = [
    *(Column(name, width, right=False) for name, width in (("Target", 200), ("Channel", 130), ("Address", 330))),
    *(Column(name, width, right=False) for name, width in (("Told", 342), ("State", 230))),
]
KNOWN = [
    ["ops webhook", "Webhook", "hooks.example.com/••••", "of every rule, warning or worse", "works"],
    ["ada's mail", "E-mail", "ada@example.com", "of Orders per 15 s, any severity", "works"],
    ["old pager", "Apprise", "pagertree, masked", "of every rule, critical only", "fails, tried again, 3 wait"],
]


def targets() -> Sheet:
    sheet = Sheet("Targets, and one of them · 1280 × 940", 1280, 940)
    bar(sheet)
    heading(sheet, "Targets", "The places to which messages go: yours, and those of the site", "Targets")
    with sheet.group("yours"):
        panel(sheet, EDGE, 160, WIDE, 120, "Yours")
        button(sheet, EDGE + WIDE - 146, 166, 130, "New target")
        table(sheet, EDGE + 1, 212, PLACES, [KNOWN[1]], step=29)
    with sheet.group("site"):
        panel(sheet, EDGE, 296, WIDE, 140, "The site’s")
        table(sheet, EDGE + 1, 340, PLACES, [KNOWN[0], KNOWN[2]], step=29)
    _target(sheet, 464, WIDE / 2 - 8)
    return sheet


def _target(sheet: Sheet, y: float, half: float) -> None:
    """The page of one target, below the list that leads to it."""
    right = EDGE + half + 16
    with sheet.group("one"):
        sheet.text(EDGE, y, "Targets  /", size=15, color=BLUE)
        sheet.text(EDGE + 84, y - 8, "ops webhook", size=28)
        sheet.text(EDGE + 270, y, "Webhook, of the site", size=15, color=MUTED)
    with sheet.group("test"):
        panel(sheet, EDGE, y + 40, half, 130, "Does it work?")
        button(sheet, EDGE + half - 146, y + 48, 130, "Send a test")
        sheet.text(EDGE + 16, y + 90, "Delivered in 84 ms. The answer: 204 No Content", size=15)
        sheet.text(EDGE + 16, y + 124, "0 messages wait, 0 failed. All its messages", size=15, color=MUTED)
    with sheet.group("told"):
        panel(sheet, EDGE, y + 186, half, 274, "Told of")
        sheet.text(EDGE + 16, y + 228, "Told of every rule, warning or worse", size=15)
        button(sheet, EDGE + half - 106, y + 220, 90, "Remove")
        given = [("Rule", "every rule"), ("Key", "every key"), ("From severity", "info")]
        given += [("After minutes without acknowledgement", "at once")]
        for place, (name, value) in enumerate(given):
            field(sheet, EDGE + 16 + place % 2 * 290, y + 264 + place // 2 * 72, 276, name, value)
        button(sheet, EDGE + 16, y + 414, 110, "Subscribe")
    with sheet.group("settings"):
        panel(sheet, right, y + 40, half, 420, "Settings")
        given = [("Address", "It is set: hooks.example.com/••••"), ("Secret (may be empty)", "It is set")]
        given += [("Former secret (may be empty)", ""), ("At most so many messages a minute", "")]
        for place, (name, value) in enumerate(given):
            field(sheet, right + 16, y + 80 + place * 72, half - 32, name, value)
        sheet.text(right + 16, y + 374, "no dry run, it is on", size=15)
        button(sheet, right + 16, y + 410, 110, "Keep it", primary=True)
        button(sheet, right + 138, y + 410, 100, "Remove")
