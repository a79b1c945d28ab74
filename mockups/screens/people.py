"""Signing in, and the page after it."""

from mockups.kit import button, field, panel, plain_bar, top_bar
from mockups.pencil import BLUE, INK, LINE, MUTED, PALE_GREY, VERMILION, Sheet


def sign_in() -> Sheet:
    sheet = Sheet("Sign in · 1280 × 800", 1280, 800)
    plain_bar(sheet)
    with sheet.group("form"):
        sheet.rect(440, 128, 400, 500, stroke=LINE, round_=True)
        sheet.text(472, 152, "Sign in", size=28)
        sheet.text(472, 194, "The page you asked for opens once\nyou are signed in.", size=15, color=MUTED)
        field(sheet, 472, 250, 336, "User name", "ada")
        field(sheet, 472, 334, 336, "Password", "• • • • • • • • • • • •")
        sheet.line([(748, 358), (748, 398)], color=LINE)
        sheet.text(748, 368, "Show", size=15, color=BLUE, align="center", width=60)
        button(sheet, 472, 432, 336, "Sign in", primary=True)
        sheet.line([(472, 496), (608, 496)], color=LINE)
        sheet.text(612, 486, "or", size=15, color=MUTED, align="center", width=56)
        sheet.line([(672, 496), (808, 496)], color=LINE)
        button(sheet, 472, 516, 336, "Use a passkey")
        sheet.text(472, 574, "Forgotten your password?", size=15, color=BLUE)
    with sheet.group("failure"):
        _failure(sheet)
    return sheet


def _failure(sheet: Sheet) -> None:
    """The refusal, beside the form as a note on it."""
    sheet.rect(900, 222, 316, 128, stroke=MUTED, dashed=True, round_=True)
    sheet.text(
        920,
        304,
        "After a refusal, above the fields,\nthe same whichever part was wrong,\nand when there were too many:",
        size=14,
        color=MUTED,
    )
    sheet.text(920, 296, "That user name and password\ndo not match: check both …", size=15, color=VERMILION)
    sheet.line([(896, 280), (846, 262)], color=MUTED, dashed=True, arrow=True, neat=False)


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
    with sheet.group("failed"):
        sheet.rect(300, 588, 680, 72, stroke=MUTED, dashed=True, round_=True, fill=PALE_GREY)
        sheet.text(316, 598, "Above all, if sign-ins failed since the last one:", size=14, color=MUTED)
        sheet.text(316, 624, "2 sign-ins to your account failed before this one, the last 3 min ago.", size=15)
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
    sheet.text(316, 468, "If that was not you, change your password.", size=15, color=MUTED)
    button(sheet, 316, 508, 120, "Sign out")
