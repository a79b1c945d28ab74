"""One's own account: second factors, passwords, codes; and the doors beside the sign-in page."""

from collections.abc import Sequence

from mockups.kit import EDGE, button, field, panel, plain_bar, top_bar
from mockups.pencil import BLUE, INK, LINE, MUTED, PALE_GREEN, PALE_GREY, VERMILION, Sheet

ROOMS = ("Security", "Sessions", "History", "Tokens", "People")
LEFT, WIDE = 204, 720  # of what stands beside the sub-navigation
CARD, INNER = 440, 472  # left edges of the card of somebody who is not signed in yet, and of what is on it
CODES = [
    *("k7m2px-4wzd9f-hqa3bc-de7fgh", "ub3te7-yqdmp2-xkr8vn-6cjwta", "9wzcfh-4nvsj6-tgbm3y-qd8pka"),
    *("m3xqed-8pyar5-ukz2hw-7fvnbs", "t7bhn2-fwgcv9-jmsx4r-ed6qzu"),
]


def _account(title: str, heading: str, words: str) -> Sheet:
    """The frame of an account page: the rooms on the left, the heading on the right."""
    sheet = Sheet(title, 1280, 800)
    top_bar(sheet, "", state=None)
    with sheet.group("rooms"):
        for place, name in enumerate(ROOMS):
            y = 84 + place * 38
            sheet.text(EDGE + 14, y, name, color=INK if not place else MUTED)
            if not place:
                sheet.line([(EDGE, y - 6), (EDGE, y + 26)], color=BLUE, weight=4)
    sheet.text(LEFT, 78, heading, size=30)
    sheet.text(LEFT, 120, words, size=15, color=MUTED)
    return sheet


def _card(title: str, heading: str, words: str, height: float) -> Sheet:
    """The frame of a page before the sign-in is complete."""
    sheet = Sheet(title, 1280, 800)
    plain_bar(sheet)
    sheet.rect(CARD, 128, 400, height, stroke=LINE, round_=True)
    sheet.text(INNER, 152, heading, size=28)
    sheet.text(INNER, 194, words, size=15, color=MUTED)
    return sheet


def _or(sheet: Sheet, x: float, y: float, width: float) -> None:
    middle = x + width / 2
    sheet.line([(x, y), (middle - 30, y)], color=LINE)
    sheet.text(middle - 28, y - 10, "or", size=15, color=MUTED, align="center", width=56)
    sheet.line([(middle + 30, y), (x + width, y)], color=LINE)


def two_factor() -> Sheet:
    sheet = _card(
        "Second factor · 1280 × 800", "One more step", "Your password was right. Now show that\nit is you, ada.", 420
    )
    button(sheet, INNER, 256, 336, "Use a passkey")
    _or(sheet, INNER, 318, 336)
    field(sheet, INNER, 338, 336, "Code", "")
    sheet.text(INNER, 408, "From your authenticator app, or a\nrecovery code.", size=15, color=MUTED)
    button(sheet, INNER, 460, 336, "Go on", primary=True)
    sheet.text(INNER, 512, "Sign in as somebody else", size=15, color=BLUE)
    return sheet


Row = tuple[str, str, Sequence[str]]  # what, about it, what can be done


def _rows(sheet: Sheet, y: float, title: str, rows: Sequence[Row], action: str = "") -> None:
    with sheet.group(title):
        panel(sheet, LEFT, y, WIDE, 56 + 52 * len(rows), title)
        if action:
            button(sheet, LEFT + WIDE - 176, y + 8, 160, action)
        for place, (what, about, verbs) in enumerate(rows):
            top = y + 52 + place * 52
            sheet.line([(LEFT + 16, top), (LEFT + WIDE - 16, top)], color="#e6e8ec")
            sheet.text(LEFT + 16, top + 5, what)
            sheet.text(LEFT + 16, top + 26, about, size=14, color=MUTED)
            for number, verb in enumerate(reversed(verbs)):
                sheet.text(LEFT + WIDE - 86 - number * 90, top + 14, verb, size=15, color=BLUE, align="right", width=70)


def security() -> Sheet:
    sheet = _account("Security · 1280 × 800", "Security", "The ways in which you prove your identity.")
    _rows(sheet, 152, "Password", [("Changed on 21 Nov 2026", "At least 15 characters", ("Change",))])
    _rows(
        sheet,
        276,
        "Passkeys",
        [
            ("Chrome on Linux", "Added 21 Nov 2026 · last used 2 hours ago", ("Rename", "Remove")),
            ("Blue key", "Added 21 Nov 2026 · never used", ("Rename", "Remove")),
        ],
        "Add a passkey",
    )
    _rows(sheet, 452, "Authenticator app", [("Set up", "Since 21 Nov 2026 · last used 20 hours ago", ("Remove",))])
    codes = [("Only 3 of 10 left", "Make new ones, and keep them safe", ())]
    _rows(sheet, 576, "Recovery codes", codes, "Make new codes")
    return sheet


def passkey() -> Sheet:
    words = "There is nothing that could be guessed, or typed into a false page."
    sheet = _account("Add a passkey · 1280 × 800", "Add a passkey", words)
    panel(sheet, LEFT, 160, WIDE, 220, "A name for it")
    field(sheet, LEFT + 16, 204, 360, "Name", "Chrome on Linux")
    button(sheet, LEFT + 16, 292, 180, "Add the passkey", primary=True)
    button(sheet, LEFT + 212, 292, 100, "Cancel")
    sheet.text(
        LEFT + 16,
        344,
        "Next, your browser asks where to keep it: on this device, a phone or a security key.",
        size=15,
        color=MUTED,
    )
    sheet.text(
        LEFT, 404, "No passkey was added: your browser was asked to stop, or took too long.", size=15, color=VERMILION
    )
    sheet.text(LEFT, 426, "↑ when the browser says no", size=14, color=MUTED)
    return sheet


def totp() -> Sheet:
    words = "It shows a new code every 30 seconds, which you type after your password."
    sheet = _account("Authenticator app · 1280 × 800", "Set up an authenticator app", words)
    panel(sheet, LEFT, 160, WIDE, 270, "1  Scan this with the app")
    sheet.rect(LEFT + 24, 208, 196, 196, fill=INK, style="cross-hatch")
    sheet.text(LEFT + 252, 212, "Or type this key into it, as a time-based one:", color=MUTED)
    sheet.text(LEFT + 252, 240, "JBSW Y3DP EHPK 3PXP\nJBSW Y3DP EHPK 3PXP", code=True)
    sheet.text(LEFT + 252, 300, "The key is shown only now.", size=15, color=MUTED)
    panel(sheet, LEFT, 446, WIDE, 190, "2  Type the code that it shows")
    field(sheet, LEFT + 16, 490, 200, "Code", "492 039")
    button(sheet, LEFT + 16, 576, 160, "Turn it on", primary=True)
    button(sheet, LEFT + 192, 576, 100, "Cancel")
    return sheet


def recovery_codes() -> Sheet:
    words = "After your password, each code replaces your passkey or app once, when it is not at hand."
    sheet = _account("Recovery codes · 1280 × 800", "Recovery codes", words)
    sheet.rect(LEFT, 156, WIDE, 44, stroke=VERMILION, round_=True)
    sheet.text(LEFT + 16, 168, "They are shown only now. Print them, or put them into your password manager.")
    with sheet.group("codes"):
        panel(sheet, LEFT, 216, WIDE, 260, "For ada at streams.example.org, 22 Nov 2026")
        for place, code in enumerate(CODES):
            for column in (0, 1):
                x = LEFT + 32 + column * 330
                sheet.text(x, 268 + place * 38, f"{place + 1 + column * 5:>2}", size=15, color=MUTED, code=True)
                sheet.text(x + 36, 266 + place * 38, code if not column else code[::-1], size=18, code=True)
    button(sheet, LEFT, 496, 100, "Print")
    button(sheet, LEFT + 116, 496, 120, "Download")
    button(sheet, LEFT + 252, 496, 190, "I have kept them", primary=True)
    return sheet


def confirm() -> Sheet:
    words = "That change needs a fresh proof of your\nidentity. The proof lasts five minutes."
    sheet = _card("Confirm · 1280 × 800", "Confirm that it is you", words, 480)
    button(sheet, INNER, 256, 336, "Use a passkey")
    _or(sheet, INNER, 318, 336)
    field(sheet, INNER, 338, 336, "Password", "• • • • • • • • • • • •")
    field(sheet, INNER, 420, 336, "Code", "")
    sheet.text(INNER, 490, "From your authenticator app, or a\nrecovery code.", size=15, color=MUTED)
    button(sheet, INNER, 544, 336, "Confirm", primary=True)
    with sheet.group("note"):
        sheet.rect(900, 338, 316, 74, stroke=MUTED, dashed=True, round_=True)
        sheet.text(920, 350, "Without a second factor, the\npassword alone is asked for.", size=14, color=MUTED)
    return sheet


def password() -> Sheet:
    words = "Your sessions on other devices end; this one goes on."
    sheet = _account("Change password · 1280 × 800", "Change your password", words)
    panel(sheet, LEFT, 160, WIDE, 410, "A new password")
    field(sheet, LEFT + 16, 206, 420, "Your password now", "• • • • • • • • • • • •")
    field(sheet, LEFT + 16, 290, 420, "New password", "")
    words = "At least 15 characters; a few words that only you would put together are good."
    sheet.text(LEFT + 16, 360, words, size=15, color=MUTED)
    field(sheet, LEFT + 16, 396, 420, "New password again", "")
    button(sheet, LEFT + 16, 504, 190, "Change password", primary=True)
    button(sheet, LEFT + 222, 504, 100, "Cancel")
    return sheet


def reset() -> Sheet:
    words = "A link to set a new one comes by mail, to\nthe address that your account has."
    sheet = _card("Reset · 1280 × 800", "Forgotten your password?", words, 310)
    field(sheet, INNER, 256, 336, "User name or e-mail address", "")
    button(sheet, INNER, 342, 336, "Send the link", primary=True)
    sheet.text(INNER, 394, "Back to signing in", size=15, color=BLUE)
    with sheet.group("sent"):
        sheet.rect(CARD, 470, 400, 118, stroke=MUTED, dashed=True, round_=True, fill=PALE_GREEN)
        sheet.text(INNER, 484, "Afterwards, whatever was typed:", size=14, color=MUTED)
        sheet.text(
            INNER,
            508,
            "If there is such an account, and it has\nan e-mail address, a link is on its way.\n"
            "It works once, within an hour.",
            size=15,
        )
    with sheet.group("no mail"):
        sheet.rect(CARD, 606, 400, 96, stroke=MUTED, dashed=True, round_=True, fill=PALE_GREY)
        sheet.text(INNER, 620, "Where no mail is set up, in place of the form:", size=14, color=MUTED)
        sheet.text(INNER, 644, "This Millrace sends no mail: ask its\noperator for a new password.", size=15)
    return sheet


def invitation() -> Sheet:
    sheet = _card("Invitation · 1280 × 800", "Welcome, ada", "Choose a password, and the account is\nyours.", 470)
    field(sheet, INNER, 256, 336, "User name", "ada")
    field(sheet, INNER, 340, 336, "Password", "")
    sheet.text(
        INNER,
        410,
        "At least 15 characters; a few words that\nonly you would put together are good.",
        size=15,
        color=MUTED,
    )
    field(sheet, INNER, 456, 336, "Again", "")
    button(sheet, INNER, 544, 336, "Make my account", primary=True)
    with sheet.group("gone"):
        sheet.rect(900, 256, 316, 96, stroke=MUTED, dashed=True, round_=True)
        sheet.text(920, 268, "Used before, or older than 72 hours:", size=14, color=MUTED)
        sheet.text(920, 292, "This invitation is no longer good.\nAsk the person who invited you.", size=15)
    return sheet
