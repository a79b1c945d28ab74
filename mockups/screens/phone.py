"""The market and the orders at 360 pixels: one column, the same parts in the same order."""

from mockups.kit import GAP, LIVE, Figure, figures, mark, panel, person, pill
from mockups.numbers import ALARMS, Minute, sites
from mockups.pencil import BLUE, INK, LINE, MUTED, VERMILION, Sheet
from mockups.screens.market import ranking, summary, until
from mockups.screens.orders import card, timeline

EDGE = 16
WIDE = 360 - 2 * EDGE


def _bar(sheet: Sheet, here: str) -> None:
    """Two rows: who and whether it is live; where to, search and pause."""
    with sheet.group("bar"):
        mark(sheet, EDGE, 14, 24)
        sheet.text(50, 11, "Millrace", size=22)
        pill(sheet, 218, 10, 82, LIVE)
        person(sheet, 328, 26)
        for x, name in ((EDGE, "Market"), (96, "Orders")):
            sheet.text(x, 62, name, color=INK if name == here else MUTED)
            if name == here:
                sheet.line([(x, 94), (x + 54, 94)], color=BLUE, weight=4)
        sheet.rect(200, 54, 44, 34, round_=True)
        sheet.dot(220, 69, 13, INK, hollow=True)
        sheet.line([(225, 74), (231, 80)], weight=2)
        sheet.rect(254, 54, 90, 34, round_=True)
        for x in (268, 275):
            sheet.rect(x, 64, 4, 14, fill=INK, neat=True)
        sheet.text(288, 62, "Pause", size=15)
        sheet.line([(0, 96), (360, 96)], color=LINE)


def market() -> Sheet:
    minutes = until(48, minutes_back=1)
    now, before = minutes[-1], minutes[-2]
    sheet = Sheet("Market, phone · 360 × 1024", 360, 1024)
    _bar(sheet, "Market")
    with sheet.group("heading"):
        sheet.text(EDGE, 106, "Market", size=24)
        sheet.text(EDGE, 114, "14:02 UTC, 48 s in", size=14, color=MUTED, align="right", width=WIDE)
    figures(sheet, 146, _short(now), edge=EDGE, columns=2)
    ranking(sheet, EDGE, 346, WIDE, now, before, sold=False)
    ranking(sheet, EDGE, 614, WIDE, now, before, sold=True)
    with sheet.group("largest"):
        panel(sheet, EDGE, 882, WIDE, 112, "Largest sell order")
        (ticker, shares), (old, least) = now.largest_sell(), before.largest_sell()
        sheet.text(EDGE + 16, 920, f"{shares:,} shares of {ticker}", size=20)
        words = f"Last minute, {before.label}: {least:,} of {old}"
        sheet.text(EDGE + 16, 958, words, size=15, color=MUTED)
    return sheet


def _short(now: Minute) -> list[Figure]:
    """The figures in words that fit half a phone."""
    rate, newest, trades, value = summary(now)
    sold = len(now.side(sold=True))
    return [("Trades per s", *rate[1:]), newest, (*trades[:2], f"{sold} of them sold"), value]


def orders() -> Sheet:
    sheet = Sheet("Orders, phone · 360 × 1236", 360, 1236)
    _bar(sheet, "Orders")
    with sheet.group("heading"):
        sheet.text(EDGE, 106, "Orders", size=24)
        sheet.text(EDGE, 114, "open alarms first", size=14, color=MUTED, align="right", width=WIDE)
    y = 146
    for site in sorted(sites(), key=lambda site: not site.alarm):
        card(sheet, EDGE, y, WIDE, site, chart=70 if site.alarm else 0)
        y += 272 if site.alarm else 162
    with sheet.group("timeline"):
        panel(sheet, EDGE, y, WIDE, 196, "Alarms of the last hour")
        timeline(sheet, EDGE + 16, y + 44, WIDE - 40, [site.name for site in sites()], room=60)
    _latest(sheet, y + 196 + GAP)
    return sheet


def _latest(sheet: Sheet, y: float) -> None:
    """The top of the history: an alarm takes two lines here, not a row of nine columns."""
    with sheet.group("alarms"):
        panel(sheet, EDGE, y, WIDE, 96, "Alarms")
        alarm = ALARMS[0]
        sheet.text(EDGE + 16, y + 42, f"{alarm.site}, since {alarm.started}", size=15)
        words = f"peak {alarm.peak}"
        sheet.text(EDGE + 16, y + 42, words, size=15, color=VERMILION, align="right", width=WIDE - 32)
        words = f"{alarm.lines} lines, {alarm.notified} calls, {alarm.lines - alarm.notified} held back"
        sheet.text(EDGE + 16, y + 64, words, size=14, color=MUTED)
