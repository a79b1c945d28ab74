"""One's own account: sessions, history, tokens; and for staff, the accounts of others."""

from collections.abc import Sequence

from mockups.kit import EDGE, Column, button, panel, table, top_bar
from mockups.pencil import BLUE, INK, LINE, MUTED, PALE_BLUE, PALE_GREY, VERMILION, Sheet

ROOMS = ("Security", "Sessions", "History", "Tokens", "People")
LEFT, WIDE = 220, 1036  # of the page beside the rooms
EVENTS = [Column(name, width, right=False) for name, width in (("When (UTC)", 200), ("Event", 470), ("From", 150))]
EVENTS.append(Column("Device", WIDE - 822, right=False))
PEOPLE = [Column(name, width, right=False) for name, width in (("User name", 270), ("Account", 150))]
PEOPLE += [Column(name, width, right=False) for name, width in (("Last sign-in (UTC)", 220), ("Second factors", 284))]
PEOPLE.append(Column("Sessions", WIDE - 926))
HISTORY = [
    ("2026-11-22 14:02:48", "Signed in with passkey", "192.0.2.44", "Firefox on Linux"),
    ("2026-11-22 13:31:02", "A recovery code was used, 7 left", "203.0.113.7", "Safari on iPhone"),
    ("2026-11-22 13:31:02", "Signed in on a new device", "203.0.113.7", "Safari on iPhone"),
    ("2026-11-22 09:12:40", "Second factor added: passkey, “key ring”", "192.0.2.44", "Firefox on Linux"),
    ("2026-11-21 17:44:10", "Signed out", "192.0.2.44", "Firefox on Linux"),
    ("2026-11-21 08:58:31", "Signed in with password and totp", "192.0.2.44", "Firefox on Linux"),
    ("2026-11-21 08:58:31", "Failed sign-ins 1 in all, the last on 2026-11-21 08:58:02 UTC", "–", "–"),
]


def _account(title: str, room: str, heading: str, words: str, trail: str = "", *, height: int = 800) -> Sheet:
    """The frame of an account page: the rooms on the left, the heading on the right."""
    sheet = Sheet(title, 1280, height)
    top_bar(sheet, "", state=None)
    with sheet.group("rooms"):
        for place, name in enumerate(ROOMS):
            y = 84 + place * 38
            sheet.text(EDGE + 14, y, name, color=INK if name == room else MUTED)
            if name == room:
                sheet.line([(EDGE, y - 6), (EDGE, y + 26)], color=BLUE, weight=4)
    down = 20 if trail else 0
    for y, line, size, color in ((78, trail, 15, BLUE), (78 + down, heading, 30, INK), (120 + down, words, 15, MUTED)):
        if line:
            sheet.text(LEFT, y, line, size=size, color=color)
    return sheet


def _notices(sheet: Sheet, y: float, notices: Sequence[tuple[str, str]]) -> None:
    with sheet.group("notices"):
        sheet.rect(LEFT, y, WIDE, 100 + 46 * len(notices), stroke=LINE, fill=PALE_GREY)
        sheet.line([(LEFT, y), (LEFT, y + 100 + 46 * len(notices))], color=VERMILION, weight=4)
        sheet.text(LEFT + 20, y + 12, "Since you last looked", size=18)
        for place, (what, where) in enumerate(notices):
            sheet.text(LEFT + 20, y + 44 + place * 46, what)
            sheet.text(LEFT + 20, y + 64 + place * 46, where, size=14, color=MUTED)
        button(sheet, LEFT + 20, y + 50 + 46 * len(notices), 150, "I have seen this")
        words = "If one was not you, change your password and end your other sessions."
        sheet.text(LEFT + 190, y + 59 + 46 * len(notices), words, size=14, color=MUTED)


def history() -> Sheet:
    words = "The events of your account, the newest first."
    sheet = _account("History · 1280 × 800", "History", "History", words)
    told = [(row[1], f"{row[0]} from {row[2]} with {row[3]}") for row in HISTORY[1:3]]
    _notices(sheet, 160, told)
    with sheet.group("events"):
        panel(sheet, LEFT, 372, WIDE, 328, "7 events")
        table(sheet, LEFT + 1, 412, EVENTS, HISTORY, step=34)
    return sheet


def sessions() -> Sheet:
    words = "Where you are signed in. A session ends when you use no page of it for 30 min, and at its end in any case."
    sheet = _account("Sessions · 1280 × 800", "Sessions", "Sessions", words)
    here = ("Firefox on Linux", "192.0.2.44, last seen 2026-11-22 14:02:48")
    rows = [
        ("Safari on iPhone", "203.0.113.7, last seen 2026-11-22 13:58:20"),
        ("Chrome on Windows", "198.51.100.12, last seen 2026-11-22 13:41:07"),
    ]
    ends = (
        "09:12:40, ends 2026-11-22 21:12:40",
        "13:31:02, ends 2026-11-23 01:31:02",
        "13:02:11, ends 2026-11-23 01:02:11",
    )
    panel(sheet, LEFT, 160, WIDE, 130, "This one")
    panel(sheet, LEFT, 306, WIDE, 272, "2 others")
    for place, (device, where) in enumerate([here, *rows]):
        y = 200 + place * 88 + (66 if place else 0)
        with sheet.group(device):
            sheet.line([(LEFT + 16, y), (LEFT + WIDE - 16, y)], color="#e6e8ec")
            sheet.text(LEFT + 16, y + 10, device)
            sheet.text(LEFT + 16, y + 32, where, size=14)
            sheet.text(LEFT + 16, y + 54, f"Since 2026-11-22 {ends[place]}", size=14, color=MUTED)
            button(sheet, LEFT + WIDE - 106, y + 14, 90, "End" if place else "Sign out")
    button(sheet, LEFT + WIDE - 156, 312, 140, "End all others")
    words = "Open pages of an ended session close within seconds. "
    words += "If you do not recognise one, end it, and change your password."
    sheet.text(LEFT + 16, 546, words, size=14, color=MUTED)
    return sheet


def _credential(sheet: Sheet, y: float, name: str, ending: str, lines: Sequence[str]) -> None:
    """Draws one token or access key; the last two lines, the dates, are pale."""
    sheet.line([(LEFT + 16, y), (LEFT + WIDE - 16, y)], color="#e6e8ec")
    sheet.text(LEFT + 16, y + 10, f"{name}   {ending}")
    for place, line in enumerate(lines):
        sheet.text(LEFT + 16, y + 32 + place * 20, line, size=14, color=MUTED if place >= len(lines) - 2 else INK)
    button(sheet, LEFT + WIDE - 106, y + 12, 90, "Revoke")


def tokens() -> Sheet:
    words = (
        "A script sends an API token over HTTP. A Kinesis client (AWS SDK, AWS CLI, agent) signs with an access key."
    )
    sheet = _account("Tokens and keys · 1280 × 900", "Tokens", "Tokens and keys", words, height=900)
    dates = ("Made 2026-11-02. Until 2027-01-31.", "Last used 2026-11-22 14:21 from 192.0.2.80.")
    report = ("Read what the dashboards show, as CSV and JSON", *dates)
    clicks = ("Put records into streams", "Streams: clicks", "Made 2026-10-13. Expired 2026-11-12.", "Never used.")
    agent = ("Put records into streams", "Read the records of streams", "Streams: clicks, web*", *dates)
    with sheet.group("tokens"):
        panel(sheet, LEFT, 160, WIDE, 280, "2 API tokens")
        button(sheet, LEFT + WIDE - 136, 168, 120, "New token")
        _credential(sheet, 208, "nightly report", "mlr_…kjyY", report)
        _credential(sheet, 314, "web shop", "mlr_…-16U", clicks)
    with sheet.group("keys"):
        panel(sheet, LEFT, 456, WIDE, 194, "1 access key")
        button(sheet, LEFT + WIDE - 176, 464, 160, "New access key")
        _credential(sheet, 504, "log agent", "MLRKQ7ZP3XGKT2WD5NAB", agent)
    with sheet.group("use"):
        panel(sheet, LEFT, 666, WIDE, 182, "How to use them")
        words = "Read a dashboard as CSV or JSON with a token: /market/minutes.csv, /orders/alarms.csv, /live/market."
        sheet.text(LEFT + 16, 706, words, size=14)
        sheet.rect(LEFT + 16, 732, WIDE - 32, 40, stroke=PALE_GREY, fill=PALE_GREY, neat=True)
        line = 'curl -H "Authorization: Bearer $MILLRACE_TOKEN" localhost:8000/market/minutes.csv'
        sheet.text(LEFT + 28, 743, line, size=14, code=True)
        words = "Records are put at /streams/NAME/records. Kinesis clients take the endpoint localhost:4567."
        sheet.text(LEFT + 16, 786, words, size=14)
        words = "Keep tokens and secrets out of addresses, and out of repositories."
        sheet.text(LEFT + 16, 814, words, size=14)
    return sheet


def token_made() -> Sheet:
    title = "A new token · 1280 × 800"
    sheet = _account(title, "Tokens", "web shop", "", "Tokens and keys  /")
    with sheet.group("form"):
        sheet.rect(LEFT, 150, WIDE, 286, stroke=MUTED, dashed=True, round_=True)
        sheet.text(LEFT + 16, 162, "Before, once it is confirmed who you are:", size=14, color=MUTED)
        sheet.text(LEFT + 16, 192, "Name", size=15, color=MUTED)
        sheet.rect(LEFT + 16, 214, 400, 36, round_=True)
        sheet.text(LEFT + 28, 222, "web shop")
        sheet.text(LEFT + 16, 266, "Allows", size=15, color=MUTED)
        choices = ("Read what the dashboards show, as CSV and JSON", "Put records into streams")
        for place, choice in enumerate(choices):
            sheet.rect(LEFT + 16, 294 + place * 28, 16, 16, fill=BLUE if place else "transparent")
            sheet.text(LEFT + 44, 292 + place * 28, choice)
        sheet.text(LEFT + 560, 266, "Only these streams", size=15, color=MUTED)
        sheet.rect(LEFT + 560, 288, 300, 36, round_=True)
        sheet.text(LEFT + 572, 296, "clicks")
        sheet.text(LEFT + 560, 192, "For", size=15, color=MUTED)
        sheet.rect(LEFT + 560, 214, 130, 36, round_=True)
        sheet.text(LEFT + 572, 222, "90 days   ▾")
        button(sheet, LEFT + 16, 384, 160, "Make the token", primary=True)
    with sheet.group("token"):
        panel(sheet, LEFT, 452, WIDE, 128, "Copy it now: it is shown only this once")
        sheet.rect(LEFT + 16, 494, WIDE - 32, 44, stroke=BLUE, fill=PALE_BLUE, neat=True)
        sheet.text(LEFT + 28, 507, "mlr_lpuHzcrUD7M8LlOh12PSnl96uDMEisZoX9WirzT9S1w", size=15, code=True)
        button(sheet, LEFT + WIDE - 100, 498, 74, "Copy")
        sheet.text(
            LEFT + 16, 550, "Put records into streams. Streams: clicks. Until 2027-02-20 17:21:47 (UTC).", size=15
        )
    with sheet.group("put"):
        panel(sheet, LEFT, 596, WIDE, 150, "Put a record into the stream clicks")
        button(sheet, LEFT + WIDE - 90, 602, 74, "Copy")
        sheet.rect(LEFT + 16, 642, WIDE - 32, 40, stroke=PALE_GREY, fill=PALE_GREY, neat=True)
        line = "curl localhost:8000/streams/clicks/records -H 'Authorization: Bearer mlr_lpuH…' -H …  -d …"
        sheet.text(LEFT + 28, 653, line, size=14, code=True)
        button(sheet, LEFT + 16, 696, 90, "Done")
    return sheet


def key_made() -> Sheet:
    sheet = _account("A new access key · 1280 × 960", "Tokens", "log agent", "", "Tokens and keys  /", height=960)
    with sheet.group("form"):
        _key_form(sheet)
    with sheet.group("key"):
        panel(sheet, LEFT, 472, WIDE, 196, "Copy the secret now: it is shown only this once")
        shown = (
            ("The access key id", "MLRKQ7ZP3XGKT2WD5NAB"),
            ("The secret", "dQvYx3n8Jm0RfTa5LwK1zHs7BpEu9CgXo2iVqN4M"),
        )
        for place, (name, text) in enumerate(shown):
            x = LEFT + 16 + place * 340
            sheet.text(x, 512, name, size=14, color=MUTED)
            sheet.rect(x, 536, 320 + place * 344, 44, stroke=BLUE, fill=PALE_BLUE, neat=True)
            sheet.text(x + 12, 549, text, size=15, code=True)
            button(sheet, x + 240 + place * 344, 540, 74, "Copy")
        words = "Put records into streams. Read the records of streams. Streams: clicks, web*."
        sheet.text(LEFT + 16, 600, words, size=15)
        sheet.text(LEFT + 16, 628, "Until 2027-02-20 17:21:47 (UTC).", size=15)
    with sheet.group("use"):
        for place, name in enumerate(("With the AWS CLI", "With boto3")):
            y = 684 + place * 112
            panel(sheet, LEFT, y, WIDE, 100, name)
            button(sheet, LEFT + WIDE - 90, y + 6, 74, "Copy")
            sheet.rect(LEFT + 16, y + 46, WIDE - 32, 40, stroke=PALE_GREY, fill=PALE_GREY, neat=True)
        sheet.text(
            LEFT + 28,
            741,
            "export AWS_ACCESS_KEY_ID=MLRKQ7ZP3XGKT2WD5NAB …  aws kinesis put-record …",
            size=14,
            code=True,
        )
        line = 'kinesis = boto3.client("kinesis", region_name="eu-west-1", …)'
        sheet.text(LEFT + 28, 853, line, size=14, code=True)
        button(sheet, LEFT, 910, 90, "Done")
    return sheet


def _key_form(sheet: Sheet) -> None:
    sheet.rect(LEFT, 150, WIDE, 306, stroke=MUTED, dashed=True, round_=True)
    sheet.text(LEFT + 16, 162, "Before, once it is confirmed who you are:", size=14, color=MUTED)
    fields = ((16, 192, "Name", "log agent", 400), (560, 192, "For", "90 days   ▾", 130))
    for x, y, name, text, width in (*fields, (560, 266, "Only these streams", "clicks, web*", 300)):
        sheet.text(LEFT + x, y, name, size=15, color=MUTED)
        sheet.rect(LEFT + x, y + 22, width, 36, round_=True)
        sheet.text(LEFT + x + 12, y + 30, text)
    sheet.text(LEFT + 16, 266, "Allows", size=15, color=MUTED)
    choices = ("Put records into streams", "Read the records of streams", "Create, reshard and delete streams")
    for place, choice in enumerate(choices):
        sheet.rect(LEFT + 16, 294 + place * 28, 16, 16, fill="transparent" if place == 2 else BLUE)
        sheet.text(LEFT + 44, 292 + place * 28, choice)
    button(sheet, LEFT + 16, 404, 190, "Make the access key", primary=True)


def people() -> Sheet:
    sheet = _account("People · 1280 × 800, staff only", "People", "People", "All accounts of this site.")
    rows = [
        ("ada", "superuser", "2026-11-22 14:02:48", "authenticator app, 2 passkeys", "2"),
        ("bob", "active", "2026-11-21 08:01:12", "authenticator app", "1"),
        ("carol", "deactivated", "2026-10-02 16:40:55", "none", "0"),
        ("grace", "staff", "never", "none", "0"),
    ]
    with sheet.group("find"):
        sheet.text(LEFT, 156, "User name", size=14, color=MUTED)
        sheet.rect(LEFT, 176, 320, 36, round_=True)
        button(sheet, LEFT + 336, 176, 70, "Find")
        button(sheet, LEFT + WIDE - 160, 176, 160, "Invite somebody", primary=True)
    with sheet.group("people"):
        panel(sheet, LEFT, 228, WIDE, 232, "4 people")
        table(sheet, LEFT + 1, 268, PEOPLE, rows, step=36)
    return sheet


def person() -> Sheet:
    sheet = _account("One of them · 1280 × 800, staff only", "People", "bob", "", "People  /")
    facts = {"It is": "active", "Mail": "bob@example.org", "Since": "2026-01-12 09:30:00"}
    facts |= {"Last sign-in": "2026-11-21 08:01:12", "Second factors": "authenticator app", "Sessions": "1"}
    verbs = [
        ("End all sessions", "1 session ends within seconds, open pages too. bob may sign in again at once."),
        ("Send a link to set a new password", "It goes to bob@example.org and works for an hour, once."),
        (
            "Deactivate",
            "bob is signed out everywhere within seconds, and cannot sign in. The account and its history stay.",
        ),
    ]
    with sheet.group("account"):
        panel(sheet, LEFT, 152, WIDE, 290, "Account")
        for place, (name, value) in enumerate(facts.items()):
            x = LEFT + 16 + place * 170
            sheet.text(x, 190, name, size=14, color=MUTED)
            sheet.text(x, 208, value, size=15)
        for place, (verb, will) in enumerate(verbs):
            y = 246 + place * 64
            sheet.line([(LEFT + 16, y), (LEFT + WIDE - 16, y)], color="#e6e8ec")
            sheet.text(LEFT + 16, y + 10, verb)
            sheet.text(LEFT + 16, y + 34, will, size=14, color=MUTED)
            button(sheet, LEFT + WIDE - 116, y + 14, 100, "Go on…")
    with sheet.group("events"):
        panel(sheet, LEFT, 458, WIDE, 120, "Recent events")
        table(sheet, LEFT + 1, 498, EVENTS, [HISTORY[4]], step=34)
    with sheet.group("sure"):
        sheet.rect(LEFT, 594, WIDE, 180, stroke=MUTED, dashed=True, round_=True)
        sheet.text(LEFT + 16, 606, "Then, once it is confirmed who you are:", size=14, color=MUTED)
        sheet.text(LEFT + 16, 630, "bob is signed out everywhere within seconds, and cannot sign in.")
        sheet.text(LEFT + 16, 660, "Type bob to go on", size=15, color=MUTED)
        sheet.rect(LEFT + 16, 682, 400, 36, stroke=BLUE, fill=PALE_BLUE, round_=True)
        button(sheet, LEFT + 16, 728, 120, "Deactivate", primary=True)
        button(sheet, LEFT + 150, 728, 90, "Cancel")
    return sheet
