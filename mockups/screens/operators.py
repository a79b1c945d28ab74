"""For operators: the records, the dead letters, and the question before many are changed."""

from mockups.kit import EDGE, GAP, Column, button, mark, panel, person, table, theme
from mockups.pencil import BLUE, INK, LINE, MUTED, PALE_BLUE, PALE_GREY, VERMILION, Sheet

WIDE = 1280 - 2 * EDGE
LETTERS = [
    *(Column(name, width, right=False) for name, width in (("Number", 90), ("Status", 110), ("Error", 430))),
    *(Column(name, width, right=False) for name, width in (("Key", 120), ("Shard", 200), ("Arrived (UTC)", 180))),
    Column("Attempts", 100),
]
FOUND = [
    *(Column(name, width, right=False) for name, width in (("Arrived (UTC)", 190), ("Shard", 130), ("Key", 80))),
    *(Column(name, width, right=False) for name, width in (("Sequence", 170), ("Data", 660))),
]
RECORDS = [
    ("14:02:44", "00", "AMZN", "104118", "BUY", "371.02", "120", "88101"),
    ("14:02:45", "02", "AMZN", "104963", "BUY", "369.75", "4000", "88140"),
    ("14:02:46", "02", "AMZN", "105007", "BUY", "372.40", "77", "88152"),
    ("14:02:48", "00", "AMZN", "105220", "BUY", "370.11", "9020", "88197"),
]  # arrived, shard, key, end of its sequence number, and of the trade: side, price, quantity, id
ERRORS = [
    ("31", "kept", "JSON is malformed: invalid character (byte 0)", "WMT", "shardId-…02", "2026-11-22 13:58:01", "1"),
    ("30", "kept", "The partition key is 'AMZN', but ticker …", "AMZN", "shardId-…00", "2026-11-22 13:41:55", "2"),
    ("12", "applied", "Expected `int`, got `str` - at `$.quantity`", "BUD", "shardId-…01", "2026-11-22 09:12:40", "2"),
    ("11", "discarded", "Input data was truncated", "T", "shardId-…00", "2026-11-22 09:12:38", "1"),
]  # fmt: skip


def bar(sheet: Sheet) -> None:
    """The frame as staff have it: one page more."""
    with sheet.group("bar"):
        sheet.line([(0, 56), (sheet.width, 56)], color=LINE)
        mark(sheet, EDGE, 16, 24)
        sheet.text(58, 13, "Millrace", size=22)
        for x, name in ((172, "Market"), (250, "Orders"), (328, "Streams")):
            sheet.text(x, 18, name, color=INK if name == "Streams" else MUTED)
        sheet.line([(328, 54), (390, 54)], color=BLUE, weight=4)
        sheet.rect(424, 12, 200, 32, stroke=MUTED, round_=True)
        sheet.text(436, 19, "Find a ticker", size=15, color=MUTED)
        theme(sheet, 1108)
        person(sheet, 1184, 28)
        sheet.text(1204, 18, "ada")


def letters() -> Sheet:
    sheet = Sheet("Dead letters · 1280 × 400, staff only", 1280, 400)
    bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Streams  /", color=BLUE)
        sheet.text(EDGE + 96, 68, "Dead letters of trades", size=28)
    with sheet.group("status"):
        for place, name in enumerate(("Any status", "kept", "replay", "applied", "discarded")):
            button(sheet, EDGE + place * 116, 116, 108, name, primary=not place)
    with sheet.group("letters"):
        panel(sheet, EDGE, 168, WIDE, 208, "4 records")
        button(sheet, EDGE + WIDE - 260, 176, 120, "Replay all 2")
        button(sheet, EDGE + WIDE - 132, 176, 120, "Discard all 2")
        table(sheet, EDGE + 1, 222, LETTERS, ERRORS)
    return sheet


def letter() -> Sheet:
    sheet = Sheet("Dead letter · 1280 × 610, staff only", 1280, 610)
    bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Streams  /  Dead letters of trades  /", color=BLUE)
        sheet.text(EDGE + 310, 68, "Dead letter 30, kept", size=28)
    with sheet.group("why"):
        panel(sheet, EDGE, 116, WIDE, 232, "Why it was not applied")
        sheet.rect(EDGE + 16, 154, WIDE - 32, 34, stroke=VERMILION)
        words = "The partition key is 'AMZN', but tickerSymbol is 'WMT'; they must be the same."
        sheet.text(EDGE + 28, 161, words, size=15)
        facts = {"Arrived": "2026-11-22 13:41:55", "Partition key": "AMZN", "Shard": "shardId-…00", "Attempts": "2"}
        for place, (name, value) in enumerate(facts.items()):
            sheet.text(EDGE + 16 + place * 220, 198, name, size=14, color=MUTED)
            sheet.text(EDGE + 16 + place * 220, 216, value)
        for y, verb, will in (
            (254, "Replay", "1 record will be put before the worker again, as if it arrived now."),
            (298, "Discard", "1 record will never be applied; the bytes stay here to be looked at."),
        ):
            button(sheet, EDGE + 16, y, 96, verb)
            sheet.text(EDGE + 128, y + 9, will, size=15, color=MUTED)
    with sheet.group("bytes"):
        panel(sheet, EDGE, 348 + GAP, WIDE, 222, "Its bytes")
        sheet.text(EDGE, 380, "73 bytes, JSON   Download", size=14, color=MUTED, align="right", width=WIDE - 16)
        sheet.rect(EDGE + 16, 402, WIDE - 32, 140, stroke=PALE_GREY, fill=PALE_GREY, neat=True)
        lines = ["{", '  "tickerSymbol": "WMT",', '  "tradeType": "BUY",', '  "price": 10.5,', '  "quantity": 3', "}"]
        for number, line in enumerate(lines):
            sheet.text(EDGE + 28, 408 + number * 21, line, size=14, code=True)
        sheet.text(EDGE + 16, 554, "▸ Byte by byte", size=15, color=BLUE)
    return sheet


def records() -> Sheet:
    sheet = Sheet("Records of a stream · 1280 × 504, staff only", 1280, 504)
    bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Streams  /", color=BLUE)
        sheet.text(EDGE + 96, 68, "Records", size=28)
        sheet.text(EDGE + 218, 68, "trades", size=28, color=MUTED)
        words = "All shards merged by arrival, 50 records a page."
        sheet.text(EDGE, 80, words, size=15, color=MUTED, align="right", width=WIDE)
    with sheet.group("look"):
        panel(sheet, EDGE, 116, WIDE, 148, "Look for")
        fields = {"From": "2026-11-22T14:02:44Z", "Partition key": "AMZN", "Field": "tradeType", "is": "BUY"}
        for place, (name, value) in enumerate(fields.items()):
            x = EDGE + 16 + place * 276
            sheet.text(x, 158, name, size=14, color=MUTED)
            sheet.rect(x, 178, 260, 40, stroke=MUTED, round_=True)
            sheet.text(x + 12, 189, value, size=15)
        button(sheet, EDGE + 16 + 4 * 276, 180, 80, "Look", primary=True)
        words = "From: nothing for the newest; 15m; a time such as 2026-11-22 14:00:00 (read as UTC)."
        sheet.text(EDGE + 16, 234, words, size=14, color=MUTED)
    with sheet.group("found"):
        panel(sheet, EDGE, 264 + GAP, WIDE, 200, "4 records")
        sheet.text(EDGE, 296, "of 118 looked at", size=14, color=MUTED, align="right", width=WIDE - 16)
        table(sheet, EDGE + 1, 326, FOUND, [_found(*record) for record in RECORDS])
    return sheet


def _found(at: str, shard: str, key: str, end: str, side: str, price: str, quantity: str, number: str) -> list[str]:
    trade = f'{{"tickerSymbol":"{key}","tradeType":"{side}","price":{price},"quantity":{quantity},"id":{number}}}'
    return [f"2026-11-22 {at}", f"shardId-…{shard}", key, f"…36396000{end}", trade]


def sure() -> Sheet:
    sheet = Sheet("Discard all · 1280 × 420, staff only", 1280, 420)
    bar(sheet)
    with sheet.group("sure"):
        sheet.rect(340, 88, 600, 290, stroke=LINE, round_=True)
        sheet.text(364, 104, "Discard all of trades?", size=28)
        sheet.text(364, 152, "2 records will never be applied; the bytes stay here to be looked at.")
        words = "This cannot be taken back. Your name and the number are noted on the Streams page."
        sheet.text(364, 184, words, size=14, color=MUTED)
        sheet.text(364, 220, "Type trades to go on", size=15, color=MUTED)
        sheet.rect(364, 244, 552, 40, stroke=BLUE, fill=PALE_BLUE, round_=True)
        button(sheet, 364, 312, 110, "Discard 2", primary=True)
        button(sheet, 486, 312, 90, "Cancel")
    return sheet
