"""Signing in, and the page after it."""

from mockups.kit import EDGE, button, field, mark, panel, theme, top_bar
from mockups.pencil import BLUE, INK, LINE, MUTED, VERMILION, Sheet


def sign_in() -> Sheet:
    sheet = Sheet("Sign in · 1280 × 800", 1280, 800)
    with sheet.group("bar"):
        sheet.line([(0, 56), (1280, 56)], color=LINE)
        mark(sheet, EDGE, 16, 24)
        sheet.text(58, 13, "Millrace", size=22)
        theme(sheet, 1220)
    with sheet.group("form"):
        sheet.rect(440, 176, 400, 374, stroke=LINE, round_=True)
        sheet.text(472, 200, "Sign in", size=28)
        sheet.text(472, 242, "The page you asked for opens once\nyou are signed in.", size=15, color=MUTED)
        field(sheet, 472, 300, 336, "User name", "ada")
        field(sheet, 472, 384, 336, "Password", "• • • • • • • • • • • •")
        sheet.line([(748, 408), (748, 448)], color=LINE)
        sheet.text(748, 418, "Show", size=15, color=BLUE, align="center", width=60)
        button(sheet, 472, 482, 336, "Sign in", primary=True)
    with sheet.group("failure"):
        _failure(sheet)
    return sheet


def _failure(sheet: Sheet) -> None:
    """The refusal, beside the form as a note on it."""
    sheet.rect(900, 292, 316, 148, stroke=MUTED, dashed=True, round_=True)
    sheet.text(920, 304, "After a refusal, above the fields,\nthe same whichever part was wrong:", size=14, color=MUTED)
    sheet.text(920, 352, "The user name or password is wrong.", size=15, color=VERMILION)
    sheet.text(920, 386, "Too many attempts.\nTry again in 4 minutes.", size=15, color=VERMILION)
    sheet.line([(896, 330), (846, 296)], color=MUTED, dashed=True, arrow=True, neat=False)


def success() -> Sheet:
    sheet = Sheet("Signed in · 1280 × 800", 1280, 800)
    top_bar(sheet, "", state=None)
    sheet.text(300, 104, "Signed in as ada", size=32)
    for x, name, words in (
        (300, "Market", "Trades as they arrive, minute by minute"),
        (648, "Orders", "Each site's order rate and its alarms"),
    ):
        with sheet.group(name.lower()):
            sheet.rect(x, 172, 332, 104, stroke=BLUE, round_=True)
            sheet.text(x + 20, 190, name, size=24, color=BLUE)
            sheet.text(x + 20, 232, words, size=15, color=MUTED)
            sheet.line([(x + 280, 206), (x + 308, 206)], color=BLUE, weight=2, arrow=True)
    with sheet.group("session"):
        _session(sheet)
    return sheet


def _session(sheet: Sheet) -> None:
    panel(sheet, 300, 300, 680, 264, "This session")
    rows = [
        ("Last sign-in", "21 Nov 2026, 17:44 UTC", "20 hours ago"),
        ("From", "192.0.2.44", "Firefox on Linux"),
        ("This session ends", "23 Nov 2026, 02:03 UTC", "in 12 hours"),
    ]
    for number, (name, value, aside) in enumerate(rows):
        y = 350 + number * 36
        sheet.text(316, y, name, color=MUTED)
        sheet.text(490, y, value, color=INK)
        sheet.text(760, y, aside, color=MUTED, align="right", width=204)
        sheet.line([(316, y + 28), (964, y + 28)], color="#e6e8ec")
    sheet.text(316, 468, "If the last sign-in was not you, change your password.", size=15, color=MUTED)
    button(sheet, 316, 508, 120, "Sign out")
