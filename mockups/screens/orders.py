"""Orders: a card for each site, the alarms, the thresholds."""

from mockups.kit import EDGE, GAP, Column, Plot, button, csv_link, panel, table, top_bar
from mockups.numbers import ALARMS, Alarm, Site, sites
from mockups.pencil import BLUE, GREEN, LINE, MUTED, PALE_BLUE, PALE_GREY, VERMILION, Sheet

WIDE = 1280 - 2 * EDGE
CARD = (WIDE - 3 * GAP) / 4
STATE = {False: (GREEN, PALE_BLUE, BLUE), True: (VERMILION, VERMILION, VERMILION)}  # dot, bar, its outline
COLUMNS = [
    Column("Site", 150, right=False),
    Column("Started (UTC)", 150, right=False),
    Column("Ended", 150, right=False),
    *(Column(name, 130) for name in ("Lasted", "Peak", "Threshold", "Lines", "Calls", "Held back")),
]


def card(sheet: Sheet, x: float, y: float, width: float, site: Site, *, chart: float = 84) -> None:
    """142 high without its chart, whose height is `chart`."""
    dot, fill, outline = STATE[site.alarm]
    height = 146 + (chart + 40 if chart else 0)
    with sheet.group(site.name):
        sheet.rect(x, y, width, height, stroke=VERMILION if site.alarm else LINE, weight=1 + site.alarm, round_=True)
        sheet.text(x + 16, y + 12, site.name, size=18)
        sheet.text(x + 16, y + 15, "in the last 15 s", size=14, color=MUTED, align="right", width=width - 32)
        now = site.counts[-1]
        sheet.text(x + 16, y + 38, str(now), size=40, color=VERMILION if site.alarm else "#1e1e1e")
        sheet.text(x + 30 + 24 * len(str(now)), y + 58, f"of {site.threshold}", size=20, color=MUTED)
        _bar(sheet, x + 16, y + 96, width - 32, site, fill, outline)
        sheet.dot(x + 21, y + 129, 10, dot, hollow=not now)
        sheet.text(x + 34, y + 119, site.words, size=15)
        if chart:
            _five_minutes(sheet, x, y + 154, width, chart, site)


def _bar(sheet: Sheet, x: float, y: float, width: float, site: Site, fill: str, outline: str) -> None:
    """The threshold stands at two thirds of the bar."""
    at = width * 2 / 3
    sheet.rect(x, y, width, 14, stroke=LINE, fill=PALE_GREY, neat=True)
    if site.counts[-1]:
        sheet.rect(x, y, min(width, at * site.counts[-1] / site.threshold), 14, stroke=outline, fill=fill, neat=True)
    sheet.line([(x + at, y - 4), (x + at, y + 18)], weight=2)


def _five_minutes(sheet: Sheet, x: float, y: float, width: float, height: float, site: Site) -> None:
    every = site.counts[::4]
    plot = Plot(sheet, x + 36, y, width - 52, height, 0, 60, len(every))
    for value in (0, 60):
        sheet.line([(plot.x, plot.up(value)), (plot.x + plot.width, plot.up(value))], color="#e1e4e9")
        sheet.text(x, plot.up(value) - 9, str(value), size=13, color=MUTED, align="right", width=30)
    plot.level(site.threshold, f"threshold {site.threshold}")
    plot.line(every, VERMILION if site.alarm else BLUE)
    sheet.text(plot.x, y + height + 5, "5 min ago", size=13, color=MUTED)
    sheet.text(plot.x, y + height + 5, "now", size=13, color=MUTED, align="right", width=plot.width)


def _seconds(time: str) -> int:
    """Since 13:02:48, an hour before now."""
    hours, minutes, seconds = map(int, time.split(":"))
    return (hours * 60 + minutes) * 60 + seconds - ((13 * 60 + 2) * 60 + 48)


def timeline(sheet: Sheet, x: float, y: float, width: float, names: list[str], room: float = 90) -> None:
    """A lane a site over the last hour, `room` for its name; an alarm is a block as long as it lasted."""
    plot = Plot(sheet, x + room, y, width - room, 28 * len(names), 0, 1, 3600)
    for lane, name in enumerate(names):
        top = y + lane * 28
        sheet.text(x, top + 4, name, size=15)
        sheet.line([(plot.x, top + 14), (plot.x + plot.width, top + 14)], color="#e1e4e9")
        for alarm in (alarm for alarm in ALARMS if alarm.site == name):
            start, length = plot.across(_seconds(alarm.started)), plot.width * alarm.seconds / 3600
            sheet.rect(start, top + 5, max(4, length), 18, stroke=VERMILION, fill=VERMILION, neat=True)
            if room > 80:
                end = start + max(4, length)
                words = f"{alarm.peak}" if alarm.ended else f"{alarm.peak}, open"
                sheet.text(end + 6 if alarm.ended else start - 66, top + 5, words, size=13, color=MUTED)
    step = 10 if room > 80 else 20
    plot.times({_seconds(f"{13 + m // 60}:{m % 60:02}:00"): f"{13 + m // 60}:{m % 60:02}" for m in range(10, 61, step)})


def _row(alarm: Alarm) -> list[str]:
    counts = (alarm.peak, alarm.threshold, alarm.lines, alarm.notified, alarm.lines - alarm.notified)
    return [alarm.site, alarm.started, alarm.ended or "still open", alarm.lasted, *map(str, counts)]


def orders() -> Sheet:
    sheet = Sheet("Orders · 1280 × 1070, the first 800 without scrolling", 1280, 1070)
    top_bar(sheet, "Orders")
    with sheet.group("heading"):
        sheet.text(EDGE, 68, "Orders", size=28)
        words = "Order lines at each site in a sliding 15 s; an alarm while they reach its threshold."
        sheet.text(EDGE, 80, words, size=15, color=MUTED, align="right", width=WIDE)
    for place, site in enumerate(sites()):
        card(sheet, EDGE + place * (CARD + GAP), 116, CARD, site)
    with sheet.group("timeline"):
        panel(sheet, EDGE, 402, WIDE, 196, "Alarms")
        timeline(sheet, EDGE + 16, 446, WIDE - 40, [site.name for site in sites()])
    with sheet.group("alarms"):
        panel(sheet, EDGE, 614, WIDE, 252, "Open alarms, then the latest")
        csv_link(sheet, EDGE + WIDE - 16, 627)
        table(sheet, EDGE + 1, 656, COLUMNS, [_row(alarm) for alarm in ALARMS])
    _thresholds(sheet, 882)
    return sheet


def _thresholds(sheet: Sheet, y: float) -> None:
    with sheet.group("thresholds"):
        panel(sheet, EDGE, y, WIDE, 164, "Thresholds")
        words = "order lines in 15 s"
        sheet.text(EDGE + 130, y + 15, words, size=14, color=MUTED)
        for place, site in enumerate(sites()):
            x = EDGE + 16 + place * (WIDE / 4)
            sheet.text(x, y + 50, site.name, size=15, color=MUTED)
            sheet.rect(x, y + 74, 110, 36, round_=True)
            sheet.text(x + 12, y + 82, "0" if site.name == "lisbon" else str(site.threshold))
            button(sheet, x + 122, y + 74, 70, "Set")
        x = EDGE + 16 + 2 * (WIDE / 4)
        sheet.rect(x, y + 74, 110, 36, stroke=VERMILION, weight=2, round_=True)
        sheet.text(x, y + 120, "A threshold is at least\n1 order line in 15 s.", size=14, color=VERMILION)
