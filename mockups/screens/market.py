"""The market: as it is watched, and empty, offline, paused, narrow."""

from mockups.kit import (
    EDGE,
    GAP,
    LIVE,
    OFFLINE,
    PAUSED,
    Column,
    Figure,
    Plot,
    State,
    button,
    csv_link,
    figures,
    hatch,
    panel,
    table,
    top_bar,
    triangle,
)
from mockups.numbers import Minute, money, session
from mockups.pencil import BLUE, LINE, MUTED, PALE_BLUE, PALE_GREY, PALE_VERMILION, VERMILION, Sheet

HALF = (1280 - 2 * EDGE - GAP) / 2
WIDE = 1280 - 2 * EDGE
COLUMNS = (
    [Column("Minute (UTC)", 152, right=False)]
    + [Column(name, 190, right=False) for name in ("Most bought", "Most sold", "Largest sell")]
    + [Column("Trades", 140), Column("Shares", 180), Column("Value", 190)]
)


def until(second: int, *, minutes_back: int = 0) -> list[Minute]:
    """The hour as seen `second` s into its last minute: closed minutes, then the open one."""
    minutes = session()[: 62 - minutes_back]
    last = minutes[-1]
    return [*minutes[-61:-1], Minute(last.label, last.trades[: len(last.trades) * second // 60])]


def summary(now: Minute, age: str = "0.4 s") -> list[Figure]:
    bought, sold = len(now.side(sold=False)), len(now.side(sold=True))
    return [
        ("Trades per second", "9.8", "mean of 10 s"),
        ("Newest record", age, "ago"),
        ("Trades this minute", f"{len(now.trades):,}", f"{bought} bought, {sold} sold"),
        ("Value this minute", money(now.value()), f"{now.shares() / 1e6:.2f} m shares"),
    ]


def ranking(sheet: Sheet, x: float, y: float, width: float, now: Minute, before: Minute, *, sold: bool) -> None:
    """Five ranked rows with bars, and the winner of the minute before; 252 high."""
    with sheet.group("sold" if sold else "bought"):
        panel(sheet, x, y, width, 252, f"Most {'sold' if sold else 'bought'}", inset=40)
        triangle(sheet, x + 16, y + 17, sold=sold, size=14)
        ranks = now.ranking(sold=sold)
        for number, (ticker, trades) in enumerate(ranks):
            top, room = y + 50 + number * 30, width - 190
            sheet.text(x + 16, top, str(number + 1), color=MUTED)
            sheet.text(x + 40, top, ticker)
            sheet.text(x + 104, top, str(trades), align="right", width=40)
            length = room * trades / (ranks[0][1] * 1.04)
            color, fill = (VERMILION, VERMILION) if sold else (BLUE, PALE_BLUE)
            sheet.rect(x + 160, top + 2, length, 16, stroke=color, fill=fill)
        sheet.line([(x + 16, y + 208), (x + width - 16, y + 208)], color=LINE)
        ticker, trades = before.ranking(sold=sold)[0]
        sheet.text(x + 16, y + 219, f"Last minute, {before.label}", size=15, color=MUTED)
        words = f"{ticker}, {trades} {'sells' if sold else 'buys'}"
        sheet.text(x + 16, y + 218, words, align="right", width=width - 32)


def largest(sheet: Sheet, y: float, now: Minute, before: Minute) -> None:
    with sheet.group("largest"):
        sheet.rect(EDGE, y, WIDE, 48, stroke=LINE, round_=True)
        triangle(sheet, EDGE + 16, y + 18, sold=True, size=14)
        sheet.text(EDGE + 40, y + 13, "Largest sell order", color=MUTED)
        (ticker, shares), (old, least) = now.largest_sell(), before.largest_sell()
        sheet.text(EDGE + 300, y + 11, f"{shares:,} shares of {ticker}", size=18)
        words = f"Last minute, {before.label}:  {least:,} shares of {old}"
        sheet.text(EDGE + 16, y + 14, words, size=15, color=MUTED, align="right", width=WIDE - 32)


def flow(sheet: Sheet, y: float, height: float, closed: list[Minute]) -> None:
    """Bought above the line, sold below it, a bar a minute."""
    with sheet.group("chart"):
        panel(sheet, EDGE, y, WIDE, height, "Last hour: trades per minute")
        for x, sold in ((760, False), (860, True)):
            triangle(sheet, x, y + 18, sold=sold)
            sheet.text(x + 20, y + 14, "bought" if not sold else "sold", size=14)
        csv_link(sheet, EDGE + WIDE - 16, y + 13)
        plot = Plot(sheet, EDGE + 70, y + 54, WIDE - 94, height - 92, -600, 800, 60)
        plot.grid({800: "800", 400: "400", 0: "0", -400: "400"})
        plot.bars([len(minute.side(sold=False)) for minute in closed])
        plot.bars([len(minute.side(sold=True)) for minute in closed], sold=True)
        plot.times({i + 0.5: minute.label for i, minute in enumerate(closed) if minute.label.endswith("0")})


def twin(sheet: Sheet, y: float, closed: list[Minute]) -> None:
    with sheet.group("table"):
        rows = []
        for minute in reversed(closed[-9:]):
            bought, sold, (ticker, shares) = (
                minute.ranking(sold=False)[0],
                minute.ranking(sold=True)[0],
                minute.largest_sell(),
            )
            pairs = [f"{bought[0]}, {bought[1]}", f"{sold[0]}, {sold[1]}", f"{ticker}, {shares:,}"]
            rows.append(
                [minute.label, *pairs, f"{len(minute.trades):,}", f"{minute.shares():,}", money(minute.value())]
            )
        table(sheet, EDGE, y, COLUMNS, rows)


def heading(sheet: Sheet, y: float, under: str) -> None:
    with sheet.group("heading"):
        sheet.text(EDGE, y, "Market", size=28)
        sheet.text(EDGE, y + 12, under, size=15, color=MUTED, align="right", width=WIDE)


def figures_and_ranks(sheet: Sheet, y: float, minutes: list[Minute], numbers: list[Figure]) -> None:
    """The part about the open minute; 424 high."""
    now, before = minutes[-1], minutes[-2]
    figures(sheet, y, numbers)
    for x, sold in ((EDGE, False), (EDGE + HALF + GAP, True)):
        ranking(sheet, x, y + 108, HALF, now, before, sold=sold)
    largest(sheet, y + 376, now, before)


def page(name: str, state: State, height: int, minutes: list[Minute], second: int) -> Sheet:
    sheet = Sheet(name, 1280, height)
    top_bar(sheet, "Market", state)
    heading(sheet, 68, f"Minute {minutes[-1].label} UTC, {second} s in")
    return sheet


def market() -> Sheet:
    minutes = until(48, minutes_back=1)
    sheet = page("Market · 1280 × 1120, the first 800 without scrolling", LIVE, 1120, minutes, 48)
    figures_and_ranks(sheet, 116, minutes, summary(minutes[-1]))
    flow(sheet, 556, 236, minutes[:-1])
    twin(sheet, 812, minutes[:-1])
    return sheet


def paused() -> Sheet:
    minutes = until(31, minutes_back=1)
    sheet = page("Market, paused · 1280 × 800", PAUSED, 800, minutes, 31)
    figures_and_ranks(sheet, 116, minutes, summary(minutes[-1], "0.3 s"))
    flow(sheet, 556, 220, minutes[:-1])
    with sheet.group("note"):
        sheet.rect(598, 62, 420, 42, stroke=MUTED, fill="#fffbe6", dashed=True, round_=True)
        sheet.text(598, 73, "The page stands still at 14:02:31; Resume or Space", size=15, align="center", width=420)
    return sheet


def offline() -> Sheet:
    minutes = until(5)
    sheet = Sheet("Market, offline · 1280 × 800", 1280, 800)
    top_bar(sheet, "Market", OFFLINE)
    with sheet.group("banner"):
        sheet.rect(0, 57, 1280, 52, stroke=VERMILION, fill=PALE_VERMILION, neat=True)
        sheet.line([(EDGE + 10, 70), (EDGE + 22, 94), (EDGE - 2, 94), (EDGE + 10, 70)], color=VERMILION, weight=2)
        sheet.text(EDGE + 7, 75, "!", color=VERMILION)
        sheet.text(EDGE + 36, 71, "Offline since 14:03:07 — showing data up to 14:03:05", size=18)
        sheet.text(860, 74, "trying again in 8 s", size=15, color=MUTED, align="right", width=240)
        button(sheet, 1116, 65, 140, "Retry now")
    heading(sheet, 118, "Minute 14:03 UTC, 5 s in")
    with sheet.group("old"):
        for box in ((EDGE, 166, WIDE, 92), (EDGE, 274, HALF, 252), (EDGE + HALF + GAP, 274, HALF, 252)):
            hatch(sheet, *box)
        hatch(sheet, EDGE, 542, WIDE, 48)
        hatch(sheet, EDGE, 606, WIDE, 178)
    figures_and_ranks(sheet, 166, minutes, summary(minutes[-1], "31 s"))
    flow(sheet, 606, 178, minutes[:-1])
    return sheet


def empty() -> Sheet:
    sheet = Sheet("Market, nothing yet · 1280 × 800", 1280, 800)
    top_bar(sheet, "Market", LIVE)
    with sheet.group("heading"):
        sheet.text(EDGE, 68, "Market", size=28)
    with sheet.group("steps"):
        sheet.rect(240, 180, 800, 330, stroke=LINE, round_=True)
        sheet.text(280, 212, "No trade has arrived yet", size=26)
        words = "Start a producer and a worker, each in a terminal of its own. This page fills by itself."
        sheet.text(280, 256, words, color=MUTED)
        for y, words, command in (
            (300, "makes records", ".venv/bin/python manage.py produce trades"),
            (400, "reads them and keeps the results", ".venv/bin/python manage.py consume trades"),
        ):
            sheet.text(280, y, words)
            sheet.rect(280, y + 28, 600, 44, stroke=LINE, fill=PALE_GREY, round_=True)
            sheet.text(300, y + 40, command, code=True)
            button(sheet, 896, y + 32, 104, "Copy")
    return sheet
