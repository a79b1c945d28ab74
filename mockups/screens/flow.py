"""Which page leads where."""

from mockups.pencil import BLUE, GREEN, INK, LINE, MUTED, PALE_BLUE, PALE_GREY, VERMILION, Point, Sheet

WIDTH, HEIGHT = 216, 96


def flow() -> Sheet:
    sheet = Sheet("Page flow · which page leads where", 1280, 720)
    _page(sheet, 40, 300, "Sign in", "/accounts/sign-in/", PALE_GREY)
    _page(sheet, 390, 300, "Signed in", "/accounts/success/", PALE_BLUE)
    _page(sheet, 740, 150, "Market", "/market/", PALE_BLUE)
    _page(sheet, 740, 450, "Orders", "/orders/", PALE_BLUE)
    _page(sheet, 1040, 60, "Ticker", "/market/AMZN/", PALE_BLUE)
    _page(sheet, 1040, 180, "Minutes as CSV", "/market/minutes.csv", "transparent")
    _page(sheet, 1040, 390, "Alarms as CSV", "/orders/alarms.csv", "transparent")
    _page(sheet, 1040, 510, "Set a threshold", "/orders/threshold/", "transparent")
    with sheet.group("ways"):
        _way(sheet, [(256, 348), (386, 348)], "password right", (270, 322))
        _way(sheet, [(606, 330), (672, 330), (672, 198), (736, 198)])
        _way(sheet, [(606, 366), (672, 366), (672, 498), (736, 498)])
        _way(sheet, [(956, 180), (998, 180), (998, 108), (1036, 108)])
        _way(sheet, [(956, 228), (1036, 228)])
        _way(sheet, [(956, 480), (998, 480), (998, 438), (1036, 438)])
        _way(sheet, [(956, 516), (998, 516), (998, 558), (1036, 558)])
        _way(sheet, [(820, 250), (820, 446)], "", (0, 0))
        _way(sheet, [(876, 446), (876, 250)], "the bar leads from\nevery page to both", (890, 322))
    with sheet.group("asked"):
        _way(
            sheet,
            [(148, 296), (148, 174), (736, 174)],
            "signed in with ?next=: straight to the page that was asked for",
            (166, 148),
        )
    with sheet.group("back"):
        _way(sheet, [(848, 550), (848, 640), (148, 640), (148, 400)], color=VERMILION)
        sheet.text(166, 612, "signed out, or the session ended: within 5 s, from every page", size=14, color=VERMILION)
    _states(sheet)
    return sheet


def _page(sheet: Sheet, x: float, y: float, name: str, address: str, fill: str) -> None:
    with sheet.group(name.lower().replace(" ", "-")):
        sheet.rect(x, y, WIDTH, HEIGHT, fill=fill, round_=True, dashed=fill == "transparent")
        sheet.text(x, y + 18, name, size=22, align="center", width=WIDTH)
        sheet.text(x, y + 56, address, size=14, color=MUTED, align="center", width=WIDTH, code=True)


def _way(sheet: Sheet, points: list[Point], words: str = "", at: Point = (0, 0), color: str = INK) -> None:
    sheet.line(points, color=color, weight=2, arrow=True, neat=False)
    if words:
        sheet.text(*at, words, size=14, color=MUTED)


def _states(sheet: Sheet) -> None:
    """What a live page can be, along the foot."""
    with sheet.group("states"):
        sheet.line([(40, 664), (1240, 664)], color=LINE)
        sheet.text(40, 682, "A live page is", size=15, color=MUTED)
        states = [
            (BLUE, "empty until the first record"),
            (GREEN, "Live"),
            (INK, "Paused: Space, Resume"),
            (VERMILION, "Offline: it retries by itself"),
        ]
        for place, (color, words) in enumerate(states):
            x = (170, 440, 550, 790)[place]
            sheet.dot(x, 692, 10, color, hollow=color in (BLUE, INK))
            sheet.text(x + 14, 682, words, size=15)
