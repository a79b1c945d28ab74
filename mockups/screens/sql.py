"""SQL applications: the list, and one of them with its rows, curves, faults, versions and script."""

import math

from mockups.kit import EDGE, LIVE, Column, Plot, State, csv_link, figures, panel, table, top_bar
from mockups.pencil import BLUE, MUTED, PALE_GREY, VERMILION, Sheet

WIDE = 1280 - 2 * EDGE
LIST = [
    *(Column(name, width, right=False) for name, width in (("Name", 330), ("Reads", 200), ("Worker", 150))),
    *(Column(name, width) for name, width in (("Version", 110), ("Rows", 150), ("Faults", 110), ("Newest row", 182))),
]
APPLICATIONS = [
    ["order-alarm", "orders", "1 runs", "3", "71,400", "0", "14:02:48"],
    ["stock-minutes", "trades", "2 run", "12", "1,204,113", "17", "14:02:00"],
    ["temperature", "sensors", "none", "1", "600", "0", "13:58:01"],
]
ROWS = [
    *(Column(name, width, right=False) for name, width in (("Row time (UTC)", 200), ("TICKER", 200))),
    *(Column(name, width) for name, width in (("TRADES", 200), ("VOLUME", 300), ("MEAN_PRICE", 332))),
]
MINUTES = [
    ["14:02:00", "AMZN", "41", "203,112", "371.02"],
    ["14:02:00", "WMT", "39", "188,904", "69.75"],
    ["14:01:00", "AMZN", "44", "220,017", "369.40"],
]
FAULTS = [
    *(Column(name, width, right=False) for name, width in (("Pump", 150), ("Column", 150), ("Reason", 560))),
    *(Column(name, width) for name, width in (("Line", 80), ("Rows", 100), ("Last", 192))),
]
REASONS = [["MINUTES", "PRICE", "CAST('n/a' AS DOUBLE): 'n/a' is no number.", "14", "17", "13:59:12"]]
VERSIONS = [
    *(Column(name, width, right=False) for name, width in (("Version", 100), ("Deployed", 220), ("By", 140))),
    *(Column(name, width, right=False) for name, width in (("Note", 430), ("First record", 342))),
]
SWITCHES = [
    ["12, runs", "2026-11-22 13:41", "ada", "mean instead of last price", "13:41:07 in shardId-…00"],
    ["11", "2026-11-20 09:12", "ada", "–", "09:12:40 in shardId-…00"],
]
SCRIPT = [
    'CREATE OR REPLACE STREAM "MINUTES" (TICKER VARCHAR(8), TRADES INTEGER, VOLUME BIGINT, MEAN_PRICE DOUBLE);',
    'CREATE OR REPLACE PUMP "P" AS INSERT INTO "MINUTES"',
    "SELECT STREAM TICKER, COUNT(*), SUM(QUANTITY), AVG(PRICE) …",
]


def bar(sheet: Sheet, state: State | None = None) -> None:
    """The frame with the link of these pages, which stands behind those of the other applications."""
    top_bar(sheet, "", state)
    with sheet.group("here"):
        sheet.text(590, 18, "SQL")
        sheet.line([(590, 54), (622, 54)], color=BLUE, weight=4)


def applications() -> Sheet:
    sheet = Sheet("SQL applications · 1280 × 360", 1280, 360)
    bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 68, "SQL", size=28)
        words = "Applications that are a text: each reads a stream and writes rows"
        sheet.text(EDGE, 80, words, size=15, color=MUTED, align="right", width=WIDE)
    with sheet.group("list"):
        panel(sheet, EDGE, 116, WIDE, 200, "3 applications")
        table(sheet, EDGE + 1, 162, LIST, APPLICATIONS, step=36)
    return sheet


def application() -> Sheet:
    sheet = Sheet("One SQL application · 1280 × 1390", 1280, 1390)
    bar(sheet, LIVE)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "SQL  /", color=BLUE)
        sheet.text(EDGE + 64, 68, "stock-minutes", size=28)
        words = "Reads trades, one lease of the whole stream; version 12"
        sheet.text(EDGE, 80, words, size=15, color=MUTED, align="right", width=WIDE)
    told = [("Rows per minute", "41", "of the last whole minute"), ("Newest record", "0 s", "ago")]
    figures(sheet, 116, [*told, ("Kept state", "184 k", "bytes"), ("Faults", "17", "rows that a pump could not use")])
    _minutes(sheet, 224)
    with sheet.group("between"):
        panel(sheet, EDGE, 716, WIDE, 52, "▸  TRADES_CLEAN, read by another pump: 1,204,113 rows")
    with sheet.group("faults"):
        panel(sheet, EDGE, 784, WIDE, 130, "Rows that a pump could not use")
        table(sheet, EDGE + 1, 830, FAULTS, REASONS, step=36)
    with sheet.group("versions"):
        panel(sheet, EDGE, 930, WIDE, 168, "Versions")
        table(sheet, EDGE + 1, 976, VERSIONS, SWITCHES, step=36)
    with sheet.group("script"):
        panel(sheet, EDGE, 1114, WIDE, 250, "Script")
        sheet.rect(EDGE + 16, 1156, 44, 190, stroke=PALE_GREY, fill=PALE_GREY)
        for place, line in enumerate(SCRIPT):
            sheet.text(EDGE + 16, 1168 + place * 30, str(12 + place), size=15, color=MUTED, align="right", width=36)
            sheet.text(EDGE + 72, 1168 + place * 30, line, size=15)
    return sheet


def _minutes(sheet: Sheet, y: float) -> None:
    with sheet.group("output"):
        panel(sheet, EDGE, y, WIDE, 476, "MINUTES")
        csv_link(sheet, EDGE + WIDE - 16, y + 14)
        words = "in the view sql_stock_minutes_minutes"
        sheet.text(EDGE, y + 14, words, size=15, color=MUTED, align="right", width=WIDE - 80)
        for place, (name, low, high) in enumerate((("TRADES", 20, 60), ("MEAN_PRICE", 300, 400))):
            x = EDGE + 72 + place * WIDE / 2
            sheet.text(x - 40, y + 46, f"{name}   ", size=15, color=MUTED)
            sheet.text(x + 80, y + 46, "— AMZN", size=15, color=BLUE)
            sheet.text(x + 170, y + 46, "- - WMT", size=15, color=VERMILION)
            plot = Plot(sheet, x, y + 84, WIDE / 2 - 110, 150, low, high, 30)
            plot.grid({low: str(low), high: str(high)})
            wave = [0.5 + 0.3 * math.sin(step / 3 + place) for step in range(30)]
            plot.line([low + (high - low) * each for each in wave], color=BLUE)
            plot.line([low + (high - low) * (1.1 - each) for each in wave], color=VERMILION)
            plot.times({0: "13:32", 15: "13:47", 30: "14:02"})
        table(sheet, EDGE + 1, y + 284, ROWS, MINUTES, step=36)
        sheet.text(EDGE + 16, y + 440, "The newest 20 of 1,204,113 rows", size=14, color=MUTED)
