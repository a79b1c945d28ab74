"""Shapes on a sheet, as Excalidraw keeps them. Lengths are pixels; x grows to the right, y downwards.

Ids come from the group and the kind of an element, seeds from the ids: drawing again gives the same file, and a change
in one group leaves the lines of the others alone.
"""

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

INK, MUTED, LINE, PAPER, DESK = "#1e1e1e", "#5f6670", "#c9ced6", "#ffffff", "#eef0f3"
BLUE, VERMILION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"  # Okabe and Ito's
PALE_BLUE, PALE_VERMILION, PALE_GREEN, PALE_GREY = "#dcecf7", "#fbe6d8", "#d9f1e9", "#f4f5f7"
HAND, CODE = 5, 8  # Excalidraw's numbers for Excalifont and Comic Shanns
LINE_HEIGHT = 1.25

Element = dict[str, object]
Point = tuple[float, float]


class Sheet:
    """One file: a white page on a grey desk, with the page's name above it."""

    def __init__(self, title: str, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.elements: list[Element] = []
        self._group = "page"
        self._counts: Counter[str] = Counter()
        self.text(0, -34, title, size=16, color=MUTED)
        self.rect(0, 0, width, height, stroke=LINE, fill=PAPER, neat=True)

    @contextmanager
    def group(self, name: str) -> Iterator[None]:
        """What is drawn inside moves as one in Excalidraw."""
        before, self._group = self._group, name
        yield
        self._group = before

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        stroke: str = INK,
        fill: str = "transparent",
        style: str = "solid",
        round_: bool = False,
        dashed: bool = False,
        neat: bool = False,
        weight: float = 1,
    ) -> None:
        """`neat` draws straight lines, for what there is a lot of. `style` is solid, hachure or cross-hatch."""
        self._add(
            "rectangle",
            x,
            y,
            width,
            height,
            strokeColor=stroke,
            backgroundColor=fill,
            fillStyle=style,
            strokeWidth=weight,
            strokeStyle="dashed" if dashed else "solid",
            roughness=0 if neat else 1,
            roundness={"type": 3, "value": 8} if round_ else None,
        )

    def dot(self, x: float, y: float, diameter: float, color: str, *, hollow: bool = False) -> None:
        """A round mark centred on (x, y)."""
        corner = diameter / 2
        self._add(
            "ellipse",
            x - corner,
            y - corner,
            diameter,
            diameter,
            strokeColor=color,
            backgroundColor="transparent" if hollow else color,
            roughness=0,
            strokeWidth=2 if hollow else 1,
        )

    def line(
        self,
        points: Sequence[Point],
        *,
        color: str = INK,
        weight: float = 1,
        dashed: bool = False,
        neat: bool = True,
        fill: str = "transparent",
        arrow: bool = False,
    ) -> None:
        """Through the points; closed and filled when the last is the first."""
        (x, y), xs, ys = points[0], [p[0] for p in points], [p[1] for p in points]
        self._add(
            "arrow" if arrow else "line",
            x,
            y,
            max(xs) - min(xs),
            max(ys) - min(ys),
            points=[[_tidy(px - x), _tidy(py - y)] for px, py in points],
            strokeColor=color,
            backgroundColor=fill,
            strokeWidth=weight,
            roughness=0 if neat else 1,
            strokeStyle="dashed" if dashed else "solid",
            endArrowhead="arrow" if arrow else None,
            startArrowhead=None,
            startBinding=None,
            endBinding=None,
            lastCommittedPoint=None,
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = 16,
        color: str = INK,
        align: str = "left",
        width: float = 0,
        code: bool = False,
    ) -> None:
        """Starts at x; "right" ends at x + width, "center" stands in the middle of it. y is the top of the line."""
        lines = words.count("\n") + 1
        guess = max(len(line) for line in words.split("\n")) * size * 0.55
        self._add(
            "text",
            x,
            y,
            width or guess,
            lines * size * LINE_HEIGHT,
            text=words,
            originalText=words,
            fontSize=size,
            fontFamily=CODE if code else HAND,
            textAlign=align,
            verticalAlign="top",
            lineHeight=LINE_HEIGHT,
            containerId=None,
            autoResize=False,
            strokeColor=color,
        )

    def file(self) -> str:
        """The file's text, an element a line."""
        elements = ",\n".join(json.dumps(element, ensure_ascii=False) for element in self.elements)
        state = json.dumps({"viewBackgroundColor": DESK, "exportBackground": True, "gridSize": 20})
        head = '{"type": "excalidraw", "version": 2, "source": "mockups/draw.py"'
        return f'{head}, "elements": [\n{elements}\n], "appState": {state}, "files": {{}}}}\n'

    def _add(self, kind: str, x: float, y: float, width: float, height: float, **more: object) -> None:
        name = f"{self._group}-{kind}"
        self._counts[name] += 1
        identity = f"{name}-{self._counts[name]}"
        seed = zlib.crc32(identity.encode()) % 2**31
        element: Element = {"id": identity, "type": kind, "x": _tidy(x), "y": _tidy(y)}
        element |= {"width": _tidy(width), "height": _tidy(height), "angle": 0}
        element |= {"strokeColor": INK, "backgroundColor": "transparent", "fillStyle": "solid", "strokeWidth": 1}
        element |= {"strokeStyle": "solid", "roughness": 1, "roundness": None, "opacity": 100}
        element |= more
        element |= {"groupIds": [self._group], "frameId": None, "boundElements": [], "link": None, "locked": False}
        element |= {"isDeleted": False, "seed": seed, "version": 1, "versionNonce": seed, "updated": 1}
        self.elements.append(element)


def _tidy(number: float) -> float:
    """Whole where it can be, so that files show 12 and not 12.000000000000002."""
    rounded = round(number, 1)
    return int(rounded) if rounded == int(rounded) else rounded
