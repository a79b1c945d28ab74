"""Searching everywhere: the list below the field, and the page without scripts."""

from mockups.kit import EDGE, button, panel, top_bar
from mockups.pencil import BLUE, INK, LINE, MUTED, PALE_BLUE, Sheet

FOUND = [
    ("london", "site", ""),
    ("Line of sensors", "board", ""),
    ("lorries", "stream", ""),
    ("LOGI", "ticker", ""),
    ("linus", "person", "viewer"),
]
GROUPS = {"Sites": [("london", "")], "Boards": [("Line of sensors", "")], "Streams": [("lorries", "")]}


def search() -> Sheet:
    sheet = Sheet("Search · 1280 × 800", 1280, 800)
    top_bar(sheet, "", None, search="l")
    with sheet.group("suggestions"):
        sheet.rect(346, 50, 360, 200, stroke=LINE, fill="#ffffff", round_=True)
        sheet.rect(352, 56, 348, 36, stroke=BLUE, fill=PALE_BLUE, round_=True)
        for place, (title, kind, about) in enumerate(FOUND):
            sheet.text(364, 62 + place * 38, f"{title}  {about}".strip())
            sheet.text(590, 64 + place * 38, kind, size=14, color=MUTED, align="right", width=100)
    with sheet.group("page"):
        sheet.text(EDGE, 280, "Search", size=28)
        sheet.text(EDGE, 318, "All that you may see; without scripts, this page alone.", size=15, color=MUTED)
        sheet.rect(EDGE, 350, 520, 36, stroke=INK, round_=True)
        sheet.text(EDGE + 12, 358, "l")
        button(sheet, EDGE + 536, 350, 90, "Search")
        for place, (kind, hits) in enumerate(GROUPS.items()):
            panel(sheet, EDGE, 406 + place * 100, 1280 - 2 * EDGE, 88, kind)
            for title, _ in hits:
                sheet.text(EDGE + 16, 448 + place * 100, title, color=BLUE)
    return sheet
