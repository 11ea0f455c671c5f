"""Printed output as a terminal would show it: runs of text with a colour, without what changes from run to run."""

import re
from typing import Any

from .words import ENGLISH, Words

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_ESCAPE = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;:?]*[A-Za-ln-z]|\x1b[()][A-Z0-9]|\x1b[=>78]")
_LEVELS = (0, 95, 135, 175, 215, 255)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
_KERNEL_FILE = re.compile(r"\S{0,200}[/\\]ipykernel_\d+[/\\]\d+\.py(?::(\d+))?")
_STYLE = r"(?:\x1b\[[0-9;]*m)*"
_CELL_NUMBER = re.compile(rf"Cell{_STYLE} {_STYLE}In ?{_STYLE}\[{_STYLE}\d+{_STYLE}\]")
MAX_LINES = 400
MAX_LINE = 4000
"""Outputs of more lines, and longer lines, are cut in the middle, with a remark that says so."""


def runs(text: str, words: Words = ENGLISH) -> list[dict[str, Any]]:
    """Split printed text into runs of one style.

    Parameters
    ----------
    text : str
        As the kernel sent it, with ANSI escapes and carriage returns.
    words : dict
        The words of the document's language, which tell what is left out.

    Returns
    -------
    list of dict
        ``text``, and where set ``colour`` ("0" to "7", the ANSI colours) and ``bold``.
    """
    text = shorten(overwrite(stable(_ESCAPE.sub("", text))), words).rstrip("\n")
    out: list[dict[str, Any]] = []
    style: dict[str, Any] = {}
    position = 0
    for match in _SGR.finditer(text):
        _append(out, text[position : match.start()], style)
        style = _restyle(style, match.group(1))
        position = match.end()
    _append(out, text[position:], style)
    return out


def stable(text: str) -> str:
    """Replace the kernel's temporary paths and execution counts, which differ between equal runs."""
    if "ipykernel_" in text:
        text = _KERNEL_FILE.sub(lambda match: f"cell line {match[1]}" if match[1] else "cell", text)
    return _CELL_NUMBER.sub("Cell", text)


def overwrite(text: str) -> str:
    """Keep what stands on the screen after carriage returns and backspaces (progress bars)."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        line = _rub_out(line) if "\b" in line else line
        lines.append(line.rstrip("\r").rsplit("\r", 1)[-1])
    return "\n".join(lines)


def _rub_out(line: str) -> str:
    """Let every backspace take the character before it."""
    kept: list[str] = []
    for character in line:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)


def shorten(text: str, words: Words, limit: int = MAX_LINES) -> str:
    """Cut the middle out of a text with more than ``limit`` lines, and say how much is missing."""
    lines = [_shorten_line(line, words) for line in text.rstrip("\n").split("\n")]
    if len(lines) <= limit + 1:  # what is said of one line would take its place
        return "\n".join(lines)
    head, tail = limit * 3 // 4, limit // 4
    said = words["lines_left_out"].format(count=f"{len(lines) - head - tail:,}")
    return "\n".join([*lines[:head], said, *lines[-tail:]])


def _shorten_line(line: str, words: Words) -> str:
    if len(line) <= MAX_LINE:
        return line
    said = words["characters_left_out"].format(count=f"{len(line) - MAX_LINE:,}")
    return f"{line[: MAX_LINE // 2]} {said} {line[-MAX_LINE // 2 :]}"


def _append(out: list[dict[str, Any]], text: str, style: dict[str, Any]) -> None:
    text = _CONTROL.sub("", text).replace("\x1b", "")
    if text:
        out.append({"text": text, **style})


def _restyle(style: dict[str, Any], codes: str) -> dict[str, Any]:
    """Apply one escape sequence to a style: basic, bright, 256 and true colours; backgrounds are left out."""
    style = dict(style)
    numbers = [int(code[:4] or 0) for code in re.split("[;:]", codes)]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            style = {}
        elif code in (1, 22):
            style["bold"] = code == 1
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["colour"] = str(code % 10)
        elif code == 39:
            style.pop("colour", None)
        elif code in (38, 48):
            colour = _extended_colour(numbers)
            if code == 38 and colour is not None:
                style["colour"] = str(colour)
    return style


def _extended_colour(numbers: list[int]) -> int | None:
    """Take the operands of a 256- or true-colour code off the list; return the nearest basic colour."""
    kind = numbers.pop(0) if numbers else 0
    if kind == 5 and numbers:
        index = numbers.pop(0)
        if index < 16:
            return index % 8
        if index >= 232:
            return None
        index -= 16
        return _nearest(*(_LEVELS[index // place % 6] for place in (36, 6, 1)))
    if kind == 2 and len(numbers) >= 3:
        red, green, blue = numbers[:3]
        del numbers[:3]
        return _nearest(red, green, blue)
    return None


def _nearest(red: int, green: int, blue: int) -> int | None:
    """Return the basic colour whose channels are the strong ones of an RGB value; none for greys."""
    high, low = max(red, green, blue), min(red, green, blue)
    if high - low < 40:
        return None
    middle = (high + low) / 2
    return (red > middle) + 2 * (green > middle) + 4 * (blue > middle)
