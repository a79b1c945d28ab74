"""What every page is put together from: bar, panel, button, table, plot."""

from collections.abc import Sequence
from dataclasses import dataclass

from mockups.pencil import (
    BLUE,
    GREEN,
    INK,
    LINE,
    MUTED,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    PALE_VERMILION,
    PAPER,
    VERMILION,
    Point,
    Sheet,
)

EDGE, GAP = 24, 16  # around a page; between what stands on it
LIVE = ("Live", GREEN, PALE_GREEN)
PAUSED = ("Paused · 37 new", INK, PALE_GREY)
OFFLINE = ("Offline", VERMILION, PALE_VERMILION)
State = tuple[str, str, str]  # words, colour, background


def mark(sheet: Sheet, x: float, y: float, size: float) -> None:
    """Millrace's mark, a wheel in the water; (x, y) is its top left corner."""
    middle, half = size / 2, size / 2
    sheet.dot(x + middle, y + middle, size, BLUE, hollow=True)
    for dx, dy in ((0, 1), (1, 0), (0.7, 0.7), (0.7, -0.7)):
        start, end = (x + middle - dx * half, y + middle - dy * half), (x + middle + dx * half, y + middle + dy * half)
        sheet.line([start, end], color=BLUE, weight=1)
    sheet.dot(x + middle, y + middle, size / 4, BLUE)


def triangle(sheet: Sheet, x: float, y: float, *, sold: bool, size: float = 12) -> None:
    """Bought points up and is hollow, sold points down and is filled; (x, y) is the top left corner."""
    tip, base = (y + size, y) if sold else (y, y + size)
    points = [(x, base), (x + size, base), (x + size / 2, tip), (x, base)]
    color = VERMILION if sold else BLUE
    sheet.line(points, color=color, weight=1, fill=VERMILION if sold else PALE_BLUE)


def button(sheet: Sheet, x: float, y: float, width: float, label: str, *, primary: bool = False) -> None:
    sheet.rect(x, y, width, 36, stroke=BLUE if primary else INK, fill=BLUE if primary else PAPER, round_=True)
    sheet.text(x, y + 8, label, align="center", width=width, color=PAPER if primary else INK)


def field(sheet: Sheet, x: float, y: float, width: float, label: str, value: str = "") -> None:
    """A labelled input; y is the label's top, the box below is 40 high."""
    sheet.text(x, y, label, size=15, color=MUTED)
    sheet.rect(x, y + 24, width, 40, round_=True)
    if value:
        sheet.text(x + 12, y + 34, value)


def pill(sheet: Sheet, x: float, y: float, width: float, state: State) -> None:
    words, color, back = state
    sheet.rect(x, y, width, 32, stroke=color, fill=back, round_=True)
    sheet.dot(x + 16, y + 16, 10, color, hollow=state == PAUSED)
    sheet.text(x + 28, y + 7, words, size=15)


def panel(sheet: Sheet, x: float, y: float, width: float, height: float, title: str, inset: float = 16) -> None:
    """A box with its title inside."""
    sheet.rect(x, y, width, height, stroke=LINE, round_=True)
    sheet.text(x + inset, y + 12, title, size=18)


def csv_link(sheet: Sheet, right: float, y: float) -> None:
    """Ends at `right`."""
    sheet.text(right - 60, y, "CSV", size=15, color=BLUE, align="right", width=60)
    sheet.line([(right - 28, y + 19), (right, y + 19)], color=BLUE)


def hatch(sheet: Sheet, x: float, y: float, width: float, height: float, step: int = 24) -> None:
    """Slanted lines, drawn in one stroke: they say that what is on them is old."""
    points, down = list[Point](), True
    for offset in range(step, int(width + height), step):
        upper = (x + min(offset, width), y + max(0, offset - width))
        lower = (x + max(0, offset - height), y + min(offset, height))
        points += [upper, lower] if down else [lower, upper]
        down = not down
    sheet.line(points, color="#d5dae1")


Figure = tuple[str, str, str]  # name, value, note


def figures(
    sheet: Sheet, y: float, numbers: Sequence[Figure], *, edge: float = EDGE, columns: int = 4, row: float = 92
) -> None:
    """A strip of numbers, `columns` a row, `row` high each."""
    width, rows = sheet.width - 2 * edge, -(-len(numbers) // columns)
    with sheet.group("figures"):
        sheet.rect(edge, y, width, rows * row, stroke=LINE, round_=True)
        for place, (name, value, note) in enumerate(numbers):
            x, top = edge + place % columns * width / columns, y + place // columns * row
            if place % columns:
                sheet.line([(x, top + 14), (x, top + row - 14)], color=LINE)
            sheet.text(x + 16, top + 8, name, size=14, color=MUTED)
            sheet.text(x + 16, top + 27, value, size=28)
            sheet.text(x + 16, top + 66, note, size=14, color=MUTED)


def top_bar(sheet: Sheet, here: str, state: State | None = LIVE, search: str = "Find a ticker") -> None:
    """The frame of every page of a signed-in person; without a state on a page that shows nothing live."""
    with sheet.group("bar"):
        sheet.line([(0, 56), (sheet.width, 56)], color=LINE)
        mark(sheet, EDGE, 16, 24)
        sheet.text(58, 13, "Millrace", size=22)
        for x, name in ((172, "Market"), (250, "Orders")):
            sheet.text(x, 18, name, color=INK if name == here else MUTED)
            if name == here:
                sheet.line([(x, 54), (x + 54, 54)], color=BLUE, weight=4)
        sheet.rect(346, 12, 232, 32, stroke=MUTED, round_=True)
        sheet.text(358, 19, search, size=15, color=MUTED)
        sheet.rect(550, 17, 22, 22, stroke=MUTED, round_=True)
        sheet.text(550, 19, "/", size=14, color=MUTED, align="center", width=22)
        if state:
            pill(sheet, 642, 12, 152, state)
            _pause(sheet, 810, paused=state == PAUSED)
        _zone(sheet, 954)
        theme(sheet, 1108)
        person(sheet, 1184, 28)
        sheet.text(1204, 18, "ada")
        sheet.line([(1242, 25), (1248, 32), (1254, 25)], color=INK, weight=2)


def person(sheet: Sheet, x: float, y: float) -> None:
    sheet.dot(x, y, 28, LINE)
    sheet.text(x - 14, y - 10, "A", align="center", width=28)


def theme(sheet: Sheet, x: float) -> None:
    sheet.rect(x, 12, 36, 32, round_=True)
    sheet.dot(x + 18, 28, 16, INK, hollow=True)
    half = [(18, 20), (25, 23), (26, 28), (25, 33), (18, 36), (18, 20)]
    sheet.line([(x + dx, y) for dx, y in half], fill=INK)


def plain_bar(sheet: Sheet) -> None:
    """The frame of a page for people who are not signed in."""
    with sheet.group("bar"):
        sheet.line([(0, 56), (sheet.width, 56)], color=LINE)
        mark(sheet, EDGE, 16, 24)
        sheet.text(58, 13, "Millrace", size=22)
        theme(sheet, sheet.width - 60)


def _pause(sheet: Sheet, x: float, *, paused: bool) -> None:
    sheet.rect(x, 12, 100, 32, fill=PALE_GREY if paused else PAPER, round_=True)
    if paused:
        sheet.line([(x + 16, 21), (x + 26, 28), (x + 16, 35), (x + 16, 21)], fill=INK)
    else:
        sheet.rect(x + 16, 21, 4, 14, fill=INK, neat=True)
        sheet.rect(x + 23, 21, 4, 14, fill=INK, neat=True)
    sheet.text(x + 36, 19, "Resume" if paused else "Pause", size=15)


def _zone(sheet: Sheet, x: float) -> None:
    sheet.rect(x, 12, 130, 32, round_=True)
    sheet.rect(x + 65, 12, 65, 32, fill=PALE_BLUE, stroke=BLUE, round_=True)
    sheet.text(x, 19, "Local", size=15, color=MUTED, align="center", width=65)
    sheet.text(x + 65, 19, "UTC", size=15, align="center", width=65)


@dataclass(frozen=True)
class Column:
    name: str
    width: float
    right: bool = True  # numbers end in line


def table(
    sheet: Sheet, x: float, y: float, columns: Sequence[Column], rows: Sequence[Sequence[str]], step: int = 28
) -> None:
    """A head and rows `step` high; columns stand side by side from x on."""
    width = sum(column.width for column in columns)
    sheet.rect(x, y, width, step, stroke=PALE_GREY, fill=PALE_GREY, neat=True)
    for number, row in enumerate([[column.name for column in columns], *rows]):
        top, left = y + number * step, x
        for column, words in zip(columns, row, strict=True):
            _cell(sheet, left, top + (step - 19) / 2, column, words, MUTED if number == 0 else INK)
            left += column.width
        if number:
            sheet.line([(x, top + step), (x + width, top + step)], color="#e6e8ec")


def _cell(sheet: Sheet, x: float, y: float, column: Column, words: str, color: str) -> None:
    align = "right" if column.right else "left"
    sheet.text(x + 12, y, words, size=15, color=color, align=align, width=column.width - 24)


@dataclass(frozen=True)
class Plot:
    """A chart's inner area: values `low` to `high` from bottom to top, `count` steps from left to right."""

    sheet: Sheet
    x: float
    y: float
    width: float
    height: float
    low: float
    high: float
    count: int

    def across(self, step: float) -> float:
        return self.x + self.width * step / self.count

    def up(self, value: float) -> float:
        return self.y + self.height * (self.high - value) / (self.high - self.low)

    def grid(self, labels: dict[float, str]) -> None:
        """Level lines, each with its label to the left."""
        for value, label in labels.items():
            y = self.up(value)
            self.sheet.line([(self.x, y), (self.x + self.width, y)], color="#e1e4e9")
            self.sheet.text(self.x - 58, y - 9, label, size=14, color=MUTED, align="right", width=50)

    def times(self, labels: dict[float, str]) -> None:
        for step, label in labels.items():
            at = self.across(step)
            self.sheet.line([(at, self.y + self.height), (at, self.y + self.height + 5)], color=MUTED)
            self.sheet.text(at - 30, self.y + self.height + 7, label, size=14, color=MUTED, align="center", width=60)

    def line(self, values: Sequence[float], color: str = INK, weight: float = 2) -> None:
        self.sheet.line([(self.across(i + 0.5), self.up(v)) for i, v in enumerate(values)], color=color, weight=weight)

    def band(self, lows: Sequence[float], highs: Sequence[float]) -> None:
        there: list[Point] = [(self.across(i + 0.5), self.up(v)) for i, v in enumerate(highs)]
        back: list[Point] = [(self.across(i + 0.5), self.up(v)) for i, v in reversed(list(enumerate(lows)))]
        self.sheet.line([*there, *back, there[0]], color="#9cc6e2", fill=PALE_BLUE)

    def bars(self, values: Sequence[float], *, sold: bool = False) -> None:
        """All bars are one shape: a comb on the zero line, the sold ones hanging from it."""
        zero, points = self.up(0), list[Point]()
        for i, value in enumerate(values):
            left, right, top = self.across(i + 0.15), self.across(i + 0.85), self.up(-value if sold else value)
            points += [(left, zero), (left, top), (right, top), (right, zero)]
        color = VERMILION if sold else BLUE
        self.sheet.line([*points, points[0]], color=color, fill=color if sold else PALE_BLUE)

    def level(self, value: float, label: str) -> None:
        """A dashed line across, its label above its start."""
        y = self.up(value)
        self.sheet.line([(self.x, y), (self.x + self.width, y)], color=VERMILION, dashed=True)
        self.sheet.text(self.x, y - 18, label, size=13, color=VERMILION)
