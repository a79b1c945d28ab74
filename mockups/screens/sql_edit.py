"""The pages on which SQL applications are written: the editor with a problem and a run, and a panel without code."""

import math

from mockups.kit import EDGE, Column, Plot, button, field, panel, table
from mockups.pencil import BLUE, GREEN, LINE, MUTED, PALE_GREY, PALE_VERMILION, VERMILION, Sheet
from mockups.screens.sql import bar

WIDE = 1280 - 2 * EDGE
LEFT, RIGHT = 880, 336  # widths of the form and of the catalogue
SCRIPT = [
    'CREATE OR REPLACE STREAM "MEANS" ("ticker" VARCHAR(8), "mean" DOUBLE);',
    'CREATE OR REPLACE PUMP "P" AS INSERT INTO "MEANS"',
    'SELECT STREAM "tickerSymbol", AVGG("price")',
    'FROM "SOURCE_SQL_STREAM_001" AS "S"',
    'GROUP BY "tickerSymbol", STEP("S".ROWTIME BY INTERVAL \'1\' MINUTE);',
]
FIELDS = [
    ("tickerSymbol", "VARCHAR(8), in all 500 rows"),
    ("price", "DOUBLE, in all 500 rows"),
    ("quantity", "INTEGER, in 498 of 500 rows"),
]
ROWS = [
    *(Column(name, width, right=False) for name, width in (("Row time (UTC)", 260), ("ticker", 300))),
    Column("mean", 320),
]
MEANS = [["14:02:00", "AMZN", "371.02"], ["14:02:00", "WMT", "69.75"], ["14:01:00", "AMZN", "369.40"]]
APART = [
    *(Column(name, width, right=False) for name, width in (("Row time (UTC)", 260), ("Stream", 300), ("Values", 460))),
    Column("Times", 212),
]
VERSIONS = [
    *(Column(name, width, right=False) for name, width in (("Version", 160), ("Deployed", 260), ("By", 160))),
    *(Column(name, width, right=False) for name, width in (("Note", 400), ("Act", 252))),
]


def edit() -> Sheet:
    sheet = Sheet("Editing a SQL application · 1280 × 1330", 1280, 1330)
    bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "SQL  /  stock-minutes  /", color=BLUE, size=15)
        sheet.text(EDGE, 96, "Edit stock-minutes", size=28)
    _form(sheet, 144)
    _catalogue(sheet, 144)
    with sheet.group("rows"):
        panel(sheet, EDGE, 716, WIDE, 216, "Rows of this run")
        words = "3,000 records of trades from 13:58:00 to 14:03:00, computed in 0.04 s"
        sheet.text(EDGE + 16, 746, words, size=15, color=MUTED)
        sheet.text(EDGE + 16, 772, "MEANS", size=18)
        table(sheet, EDGE + 1, 798, ROWS, MEANS, step=32)
    with sheet.group("beside"):
        panel(sheet, EDGE, 948, WIDE, 150, "Beside the running version")
        sheet.text(EDGE + 16, 980, "48 rows are the same. 2 rows that only this text gives:", size=15)
        table(sheet, EDGE + 1, 1004, APART, [["14:02:00", "MEANS", '["AMZN",371.02]', "1"]], step=36)
    with sheet.group("versions"):
        panel(sheet, EDGE, 1114, WIDE, 190, "Versions")
        rows = [["12, runs", "2026-11-22 13:41", "ada", "mean instead of last price", "–"]]
        rows += [["11", "2026-11-20 09:12", "ada", "–", "Run this again"]]
        table(sheet, EDGE + 1, 1156, VERSIONS, rows, step=46)
    return sheet


def _form(sheet: Sheet, y: float) -> None:
    with sheet.group("form"):
        sheet.rect(EDGE, y, LEFT, 556, stroke=LINE, round_=True)
        field(sheet, EDGE + 16, y + 12, 640, "Run on", "yesterday 14:05 for 10 minutes")
        button(sheet, EDGE + 672, y + 38, 90, "Run", primary=True)
        button(sheet, EDGE + 774, y + 38, 90, "Check")
        sheet.rect(EDGE + 16, y + 90, LEFT - 32, 236)
        sheet.rect(EDGE + 16, y + 90, 44, 236, stroke=PALE_GREY, fill=PALE_GREY)
        for place, line in enumerate(SCRIPT):
            sheet.text(EDGE + 16, y + 102 + place * 30, str(place + 1), size=15, color=MUTED, align="right", width=36)
            sheet.text(EDGE + 72, y + 102 + place * 30, line, size=15)
        sheet.line([(EDGE + 320, y + 184), (EDGE + 370, y + 184)], color=VERMILION, weight=2)
        sheet.rect(EDGE + 16, y + 338, LEFT - 32, 36, stroke=VERMILION, fill=PALE_VERMILION)
        sheet.text(EDGE + 28, y + 346, "3:31", size=15, color=BLUE)
        words = 'Error: There is no function AVGG; did you mean "AVG"?'
        sheet.text(EDGE + 88, y + 346, words, size=15)
        sheet.text(EDGE + 16, y + 394, "▸  Stream, schema and outputs", size=18)
        field(sheet, EDGE + 16, y + 430, 520, "What is new in it", "mean instead of last price")
        button(sheet, EDGE + 552, y + 456, 100, "Deploy")
        button(sheet, EDGE + 664, y + 456, 190, "Discard the draft")
        sheet.text(EDGE + 16, y + 516, "Draft kept at 14:03:11 UTC", size=15, color=MUTED)


def _catalogue(sheet: Sheet, y: float) -> None:
    x = EDGE + LEFT + 16
    with sheet.group("catalogue"):
        panel(sheet, x, y, RIGHT, 556, "Streams")
        field(sheet, x + 16, y + 44, RIGHT - 120, "Show the fields of", "trades  ▾")
        button(sheet, x + RIGHT - 92, y + 70, 76, "Show")
        for place, (name, words) in enumerate(FIELDS):
            sheet.text(x + 16, y + 130 + place * 52, name, size=16)
            sheet.text(x + 16, y + 150 + place * 52, words, size=14, color=MUTED)
        button(sheet, x + 16, y + 300, RIGHT - 32, "Take these fields as the schema")
        sheet.text(x + 16, y + 364, "Functions", size=18)
        for place, words in enumerate(("▸  Aggregates", "▸  Functions", "▸  Forms")):
            sheet.text(x + 16, y + 398 + place * 34, words)


def made_panel() -> Sheet:
    sheet = Sheet("A panel without code · 1280 × 940", 1280, 940)
    bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "SQL  /", color=BLUE, size=15)
        sheet.text(EDGE, 96, "New panel", size=28)
    with sheet.group("choices"):
        sheet.rect(EDGE, 144, WIDE, 360, stroke=LINE, round_=True)
        field(sheet, EDGE + 16, 156, 380, "Stream", "trades  ▾")
        chosen = (("Show the", "mean  ▾"), ("of", "price  ▾"), ("for each", "tickerSymbol  ▾"))
        for place, (label, value) in enumerate((*chosen, ("computed", "every minute  ▾"))):
            field(sheet, EDGE + 16 + place * 304, 232, 288, label, value)
        for place, (label, value) in enumerate((("only where", "tradeType  ▾"), ("is", "=  ▾"), ("value", "BUY"))):
            field(sheet, EDGE + 16 + place * 405, 308, 389, label, value)
        field(sheet, EDGE + 16, 384, 560, "on the records of", "the last 5 minutes")
        button(sheet, EDGE + 592, 410, 110, "Show it", primary=True)
        field(sheet, EDGE + 730, 384, 370, "Name", "mean-price")
        button(sheet, EDGE + 1116, 410, 100, "Keep it")
        words = "Without a name it is mean-price-trades-by-tickersymbol"
        sheet.text(EDGE + 16, 466, words, size=14, color=MUTED)
    with sheet.group("result"):
        panel(sheet, EDGE, 520, WIDE, 400, "On real records")
        sheet.text(EDGE + 16, 552, "— AMZN", size=15, color=BLUE)
        sheet.text(EDGE + 106, 552, "- - WMT", size=15, color=VERMILION)
        plot = Plot(sheet, EDGE + 72, 584, WIDE - 110, 140, 300, 400, 30)
        plot.grid({300: "300", 400: "400"})
        plot.line([350 + 30 * math.sin(step / 3) for step in range(30)], color=BLUE)
        plot.times({0: "13:58", 15: "14:00", 30: "14:03"})
        table(sheet, EDGE + 1, 760, ROWS, MEANS[:2], step=32)
        sheet.text(EDGE + 16, 880, "▸  The script that this makes", size=15, color=GREEN)
    return sheet
