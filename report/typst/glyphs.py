"""Characters that no font at hand can draw: found in the compiler's messages, and shown as their code."""

import re

_MISSING = re.compile(r"the text `\"((?:[^\"\\]|\\.)*)\"` could not be displayed")
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")


def missing_characters(diagnostic: str) -> str:
    r"""Return the characters that the compiler could not draw, each once, in the order of its messages.

    >>> missing_characters('error: the text `"\\u{1f600}"` could not be displayed with font `"X"`') == "\U0001f600"
    True
    """
    text = "".join(_ESCAPE.sub(_unescape, found) for found in _MISSING.findall(diagnostic))
    return "".join(dict.fromkeys(text))


def only_missing_characters(diagnostic: str) -> bool:
    """Whether the compiler complains about nothing but characters it cannot draw."""
    return len(_MISSING.findall(diagnostic)) == len(re.findall(r"^error:", diagnostic, re.MULTILINE)) > 0


def show_codes(characters: str) -> str:
    """Return the Typst rule that shows characters as their code points in small boxes.

    It takes them in runs, since Typst refuses more than some hundred matches in one paragraph.
    """
    pattern = "|".join(f"\\u{{{ord(character):x}}}" for character in characters)
    rule = f'#show regex("(?:{pattern})+"): it => it.text.codepoints().map(missing-glyph).join()\n'
    return rule if characters else ""


def name(characters: str, limit: int = 8) -> str:
    """Name characters in a message: ``😀 (U+1F600)``."""
    names = [f"{character} (U+{ord(character):04X})" for character in characters[:limit]]
    return ", ".join(names) + (f" and {len(characters) - limit} more" if len(characters) > limit else "")


def _unescape(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(match[2], match[2])
