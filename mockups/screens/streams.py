"""For operators: the list of streams, and one stream with its curves, readers, fields and shards."""

import math

from mockups.kit import EDGE, Column, button, csv_link, figures, panel, table
from mockups.pencil import BLUE, INK, LINE, MUTED, PALE_GREY, VERMILION, Sheet
from mockups.screens.operators import bar

WIDE = 1280 - 2 * EDGE
LIST = [
    Column("Stream", 470, right=False),
    *(Column(name, width) for name, width in (("Newest", 150), ("Records/s", 120), ("Bytes/s", 120), ("Holds", 120))),
    *(Column("Shards", 90), Column("Read by", 160, right=False)),
]
STREAMS = [
    [
        "orders   site, InvoiceNo, StockCode, Quantity and 3 more",
        "0 s ago",
        "20.0",
        "4.1 k",
        "71,400",
        "1",
        "orders 0.2 s",
    ],
    ["sensors   sensor, temperature_c, ok, at, where.site", "30 s ago", "1.2", "117", "600", "2", "nobody"],
    [
        "trades   tickerSymbol, tradeType, price, quantity, id",
        "0 s ago",
        "1,030.0",
        "84.5 k",
        "3.38 m",
        "3",
        "trades 6 s",
    ],
]
FIELDS = [
    *(Column(name, width, right=False) for name, width in (("Field", 400), ("Type", 260))),
    *(Column("In", 140), Column("Example", 430, right=False)),
]
SEEN = [
    ["tickerSymbol", "text", "100 %", '"AMZN"'],
    ["price", "number", "100 %", "371.02"],
    ["venue.name", "text", "12 %", '"XNAS"'],
]
OWN = [
    *(Column(name, width, right=False) for name, width in (("Shard", 330), ("State", 160))),
    *(Column("Share of the keys", 200), Column("Records", 160), Column("Acts", 380, right=False)),
]
SHARDS = [
    *(Column(name, width, right=False) for name, width in (("Shard", 200), ("State", 90), ("Owner", 216))),
    *(Column(name, width) for name, width in (("Behind", 90), ("Newest (UTC)", 130))),
    *(Column(name, width) for name, width in (("Records/s", 140), ("Bytes/s", 140), ("Applied", 126), ("Dead", 98))),
]
AUDIT = [
    *(
        Column(name, width, right=False)
        for name, width in (("When (UTC)", 240), ("Who", 240), ("Did", 160), ("To", 450))
    ),
    Column("Records", 140),
]
Shard = tuple[str, str, str, str, str, float, float, str, str]  # as SHARDS; records and bytes a second
ORDERS: list[Shard] = [("shardId-…00", "held", "process 398 on 1f0c9a2e", "0.2 s", "14:02:47", 20, 4100, "71,400", "0")]
TRADES: list[Shard] = [
    ("shardId-…00", "held", "process 412 on 1f0c9a2e", "0.1 s", "14:02:48", 412, 33_800, "1,204,113", "2"),
    ("shardId-…02", "held", "process 415 on 1f0c9a2e", "0.3 s", "14:02:48", 618, 50_700, "602,050", "1"),
    ("shardId-…03", "free", "–", "6.0 s", "14:02:42", 0, 0, "598,204", "0"),
    ("shardId-…01", "ended", "–", "–", "13:40:11", 0, 0, "980,377", "0"),
]


def streams() -> Sheet:
    sheet = Sheet("Streams · 1280 × 560, staff only", 1280, 560)
    bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 68, "Streams", size=28)
        words = "What arrives in each, and who reads it"
        sheet.text(EDGE, 80, words, size=15, color=MUTED, align="right", width=WIDE)
    with sheet.group("list"):
        panel(sheet, EDGE, 116, WIDE, 236, "3 streams")
        button(sheet, EDGE + WIDE - 324, 126, 140, "Dead letters")
        button(sheet, EDGE + WIDE - 172, 126, 156, "Make a stream", primary=True)
        table(sheet, EDGE + 1, 174, LIST, STREAMS, step=40)
    with sheet.group("audit"):
        panel(sheet, EDGE, 368, WIDE, 168, "What people did")
        rows = [
            ["2026-11-22 13:59:30", "ada", "replay", "trades: 12", "1"],
            ["2026-11-22 13:40:11", "ada", "split", "shardId-…01 of trades", "2"],
        ]
        table(sheet, EDGE + 1, 414, AUDIT, rows, step=36)
    return sheet


def stream() -> Sheet:
    sheet = Sheet("One stream · 1280 × 1500, staff only", 1280, 1500)
    bar(sheet)
    with sheet.group("heading"):
        sheet.text(EDGE, 76, "Streams  /", color=BLUE)
        sheet.text(EDGE + 96, 68, "trades", size=28)
        button(sheet, EDGE + WIDE - 340, 66, 200, "Look into its records")
        button(sheet, EDGE + WIDE - 130, 66, 130, "Put a record")
    told = [("Records per second", "1,030", "mean of the last whole minute"), ("Newest record", "0 s", "ago")]
    figures(sheet, 116, [*told, ("Holds", "3,384,744", "records"), ("Open shards", "3", "1 closed")])
    _day(sheet, 224)
    _stream(sheet, 640, "trades", ["6.0 s   3,711 records", "1,030", "3,384,744", "2 kept   1 applied"], "2", TRADES)
    with sheet.group("fields"):
        panel(sheet, EDGE, 948, WIDE, 194, "What its records hold")
        sheet.text(EDGE + 16, 984, "Of the newest 200 records: 200 JSON", size=14, color=MUTED)
        table(sheet, EDGE + 1, 1008, FIELDS, SEEN, step=34)
    with sheet.group("shards"):
        panel(sheet, EDGE, 1158, WIDE, 130, "Shards")
        button(sheet, EDGE + WIDE - 216, 1166, 200, "Change their number")
        rows = [["shardId-…00", "open", "50.0 %", "1,204,113", "Split   Merge with the next"]]
        table(sheet, EDGE + 1, 1208, OWN, rows, step=36)
    with sheet.group("elsewhere"):
        panel(sheet, EDGE, 1304, WIDE, 104, "Put records from elsewhere")
        sheet.rect(EDGE + 16, 1346, WIDE - 140, 44, stroke=PALE_GREY, fill=PALE_GREY)
        words = 'curl -X POST …/streams/trades/records -H "Authorization: Bearer $MILLRACE_TOKEN" …'
        sheet.text(EDGE + 28, 1358, words, size=14)
        button(sheet, EDGE + WIDE - 108, 1350, 92, "Copy")
    with sheet.group("delete"):
        panel(sheet, EDGE, 1424, WIDE, 56, "Delete the stream")
        button(sheet, EDGE + WIDE - 108, 1434, 92, "Delete…")
    return sheet


def _day(sheet: Sheet, y: float) -> None:
    """The curves: a minute without records is 0, and one of which nothing is known is a gap."""
    with sheet.group("day"):
        panel(sheet, EDGE, y, WIDE, 400, "Last 24 hours")
        csv_link(sheet, EDGE + WIDE - 16, y + 12)
        for top, words in ((y + 44, "records per minute"), (y + 224, "behind, by reader: — trades")):
            sheet.text(EDGE + 16, top, words, size=14, color=MUTED)
            sheet.line([(EDGE + 60, top + 150), (EDGE + WIDE - 16, top + 150)], color=LINE)
        sheet.line(
            [(EDGE + 200 + x, y + 150 - 40 * math.sin(x / 170)) for x in range(0, 960, 24)], color=BLUE, weight=2
        )
        lag = [(EDGE + 200, y + 370), (EDGE + 700, y + 370), (EDGE + 860, y + 280), (EDGE + 861, y + 370)]
        sheet.line([*lag, (EDGE + 1160, y + 370)], color=VERMILION, weight=2)


def _stream(sheet: Sheet, y: float, name: str, facts: list[str], members: str, shards: list[Shard]) -> None:
    with sheet.group(name):
        panel(sheet, EDGE, y, WIDE, 152 + 36 * len(shards), f"{name} on {name}")
        words = f"workers alive: {members}"
        sheet.text(EDGE, y + 15, words, size=14, color=MUTED, align="right", width=WIDE - 16)
        for place, fact in enumerate(facts):
            x = EDGE + 16 + place * 160 + (80 if place else 0)
            sheet.text(x, y + 46, ("Behind", "Records/s", "Applied", "Dead letters")[place], size=14, color=MUTED)
            sheet.text(x, y + 64, fact, size=18, color=BLUE if place == 3 else INK)
        rows = [[*shard[:5], f"{shard[5]:,}", f"{shard[6]:,}", *shard[7:]] for shard in shards]
        table(sheet, EDGE + 1, y + 104, SHARDS, rows, step=36)
        for number, shard in enumerate(shards, 1):
            for x, share in ((EDGE + 779, shard[5] / 1000), (EDGE + 919, shard[6] / 2**20)):
                _load(sheet, x, y + 104 + number * 36 + 29, share)


def _load(sheet: Sheet, x: float, y: float, share: float) -> None:
    sheet.rect(x, y, 76, 4, stroke=PALE_GREY, fill=PALE_GREY, neat=True)
    if share:
        sheet.rect(x, y, 76 * share, 4, stroke=BLUE, fill=BLUE, neat=True)
