"""SVG drawings: whether one is sound, and how large it is."""

import math
import re
from xml.parsers.expat import ExpatError, ParserCreate

LARGEST = 50 * 2**20
"""Bytes of the largest drawing."""
DEEPEST = 200
"""Levels of elements in one drawing; more would exhaust the stack of the compiler."""
_UNITS = {
    "": 0.75, "px": 0.75, "pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12.0, "em": 10.0, "ex": 5.0,
}  # fmt: skip
_START = re.compile(rb"<svg\b[^>]*>")
_LENGTH = re.compile(r"([\d.]+)\s*([a-z]*)")


def svg_size(data: bytes) -> tuple[float, float]:
    """Return the size of a drawing in points, from its width and height or else its view box.

    Raises
    ------
    ValueError
        If it is no drawing, or one that would take much more room than its file.
    """
    if len(data) > LARGEST:
        raise ValueError(f"is larger than {LARGEST // 2**20} MiB")
    root = _Root()
    try:
        root.read(data)
    except (ExpatError, LookupError) as error:
        raise ValueError(f"is no well-formed SVG: {error}") from None
    if root.name.rpartition(":")[2] != "svg":
        raise ValueError("is no SVG drawing")
    width, height = _size(root.attributes)
    if not (0 <= width < 1e6 and 0 <= height < 1e6):
        raise ValueError(f"has no possible size: {width:g} by {height:g} points")
    return max(width, 1.0), max(height, 1.0)


def named(data: bytes) -> bytes:
    r"""Return a drawing with SVG's namespace, which a browser does not need where the drawing stands in a page.

    >>> named(b"<svg width='1'/>")
    b'<svg xmlns="http://www.w3.org/2000/svg" width=\'1\'/>'
    """
    start = _START.search(data)
    if not start or b"xmlns=" in start[0]:
        return data
    return data[: start.start() + 4] + b' xmlns="http://www.w3.org/2000/svg"' + data[start.start() + 4 :]


class _Root:
    """Reads a drawing for the name and the attributes of its outermost element."""

    def __init__(self) -> None:
        self.name = ""
        self.attributes: dict[str, str] = {}
        self._depth = 0

    def read(self, data: bytes) -> None:
        parser = ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._entity
        parser.Parse(data, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.name:
            self.name, self.attributes = name, attributes
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"is nested more than {DEEPEST} deep")

    def _end(self, name: str) -> None:
        self._depth -= 1

    def _entity(self, name: str, is_parameter: bool, value: str | None, *others: object) -> None:
        if value is None or "&" in value or len(value) > 1000:
            raise ValueError("defines entities that are long, nested or of other files")


def _size(attributes: dict[str, str]) -> tuple[float, float]:
    sides = [_LENGTH.fullmatch(attributes.get(side, "").strip()) for side in ("width", "height")]
    lengths = [_number(side[1]) * _UNITS.get(side[2], 0.75) if side else math.nan for side in sides]
    if any(map(math.isnan, lengths)):
        box = attributes.get("viewBox", "").replace(",", " ").split()
        lengths = [_number(number) * 0.75 for number in box[2:]] if len(box) == 4 else [math.nan]
    return (300.0, 150.0) if any(map(math.isnan, lengths)) else (lengths[0], lengths[1])


def _number(text: str) -> float:
    try:
        return float(text) if len(text) < 100 else math.nan
    except ValueError:
        return math.nan
