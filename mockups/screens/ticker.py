"""One ticker: its prices and trades in each minute of the last hour."""

from mockups.kit import EDGE, Column, Plot, csv_link, figures, panel, table, top_bar, triangle
from mockups.numbers import Minute, money
from mockups.pencil import BLUE, INK, MUTED, PALE_BLUE, Sheet
from mockups.screens.market import WIDE, until

NAMES = ["Low", "High", "Last", "Bought", "Sold", "Shares", "Value"]
COLUMNS = [Column("Minute (UTC)", 182, right=False), *(Column(name, 150) for name in NAMES)]


def ticker() -> Sheet:
    minutes = [minute.of("AMZN") for minute in until(48, minutes_back=1)]
    sheet = Sheet("Ticker · 1280 × 1080, the first 800 without scrolling", 1280, 1080)
    top_bar(sheet, "Market")
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Market  /", color=BLUE)
        sheet.text(EDGE + 92, 68, "AMZN", size=28)
        words = "Its trades and prices in each minute of the last hour."
        sheet.text(EDGE, 80, words, size=15, color=MUTED, align="right", width=WIDE)
    _now(sheet, minutes[-1])
    _prices(sheet, minutes)
    _trades(sheet, minutes)
    rows = [_row(minute) for minute in reversed(minutes[-8:])]
    rows[0][0] += "  so far"
    with sheet.group("table"):
        table(sheet, EDGE, 812, COLUMNS, rows)
    return sheet


def _now(sheet: Sheet, minute: Minute) -> None:
    prices, bought, sold = minute.prices(), minute.side(sold=False), minute.side(sold=True)
    figures(
        sheet,
        116,
        [
            ("Last price", f"{prices[-1]:.2f}", "0.4 s ago"),
            ("Range", f"{min(prices):.2f} – {max(prices):.2f}", "low to high this minute"),
            ("Bought", str(len(bought)), f"{sum(trade.shares for trade in bought):,} shares this minute"),
            ("Sold", str(len(sold)), f"{sum(trade.shares for trade in sold):,} shares this minute"),
        ],
    )


def _prices(sheet: Sheet, minutes: list[Minute]) -> None:
    with sheet.group("prices"):
        panel(sheet, EDGE, 224, WIDE, 332, "Price")
        sheet.rect(760, 240, 22, 14, stroke="#9cc6e2", fill=PALE_BLUE, neat=True)
        sheet.text(790, 237, "low to high", size=14)
        sheet.line([(890, 247), (912, 247)], weight=2)
        sheet.text(920, 237, "last", size=14)
        csv_link(sheet, EDGE + WIDE - 16, 237)
        plot = Plot(sheet, EDGE + 70, 276, WIDE - 94, 240, 280, 460, 61)
        plot.grid({value: str(value) for value in (300, 340, 380, 420, 460)})
        plot.band([min(minute.prices()) for minute in minutes], [max(minute.prices()) for minute in minutes])
        plot.line([minute.prices()[-1] for minute in minutes], INK)
        plot.times(_times(minutes))


def _trades(sheet: Sheet, minutes: list[Minute]) -> None:
    with sheet.group("trades"):
        panel(sheet, EDGE, 572, WIDE, 220, "Trades")
        for x, sold in ((760, False), (890, True)):
            triangle(sheet, x, 590, sold=sold)
            sheet.text(x + 20, 586, "sold" if sold else "bought", size=14)
        plot = Plot(sheet, EDGE + 70, 626, WIDE - 94, 128, -30, 40, 61)
        plot.grid({40: "40", 20: "20", 0: "0", -20: "20"})
        plot.bars([len(minute.side(sold=False)) for minute in minutes])
        plot.bars([len(minute.side(sold=True)) for minute in minutes], sold=True)
        plot.times(_times(minutes))


def _times(minutes: list[Minute]) -> dict[float, str]:
    return {i + 0.5: minute.label for i, minute in enumerate(minutes) if minute.label.endswith("0")}


def _row(minute: Minute) -> list[str]:
    prices = minute.prices()
    counts = [str(len(minute.side(sold=sold))) for sold in (False, True)]
    amounts = [f"{minute.shares():,}", money(minute.value())]
    return [minute.label, *(f"{price:.2f}" for price in (min(prices), max(prices), prices[-1])), *counts, *amounts]
