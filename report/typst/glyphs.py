"""Characters that no font at hand can draw: found in the compiler's messages, and shown as their code."""

import re

_MISSING = re.compile(r"the text `\"((?:[^\"\\]|\\.)*)\"` could not be displayed")
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")

_HAN = "[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_HELPFUL = (
    ("[\u3041-\u30ff]", "Noto Serif CJK JP", "fonts-noto-cjk"),
    ("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff]", "Noto Serif CJK KR", "fonts-noto-cjk"),
    (_HAN, "Noto Serif CJK SC", "fonts-noto-cjk"),
    ("[\u0600-\u07ff\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]", "Noto Naskh Arabic", "fonts-noto-core"),
    ("[\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u10a0-\u10ff\u0530-\u058f]", "Noto Serif", "fonts-noto-core"),
    ("[\u2600-\u27bf\U0001f000-\U0001faff]", "Noto Color Emoji", "fonts-noto-color-emoji"),
)
"""Characters, a font that has them, and the package in which Debian and Ubuntu have it."""


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


def help_for(characters: str) -> str:
    """Return what to do about characters that no font has: which fonts have them.

    >>> help_for("のx")
    'install Noto Serif CJK JP (Debian: fonts-noto-cjk), or name the folder of such a font in font_paths'
    """
    fonts = []
    rest = characters
    for pattern, font, package in _HELPFUL:
        if re.search(pattern, rest):
            fonts.append(f"{font} (Debian: {package})")
            rest = re.sub(f"{pattern}|{_HAN}", "", rest)
    return f"install {' and '.join(fonts) or 'a font that has them'}, or name the folder of such a font in font_paths"


def name(characters: str, limit: int = 8) -> str:
    """Name characters in a message: ``😀 (U+1F600)``."""
    characters = characters.replace("\u200b", "")  # nobody sees it
    names = [f"{character} (U+{ord(character):04X})" for character in characters[:limit]]
    return ", ".join(names) + (f" and {len(characters) - limit} more" if len(characters) > limit else "")


def _unescape(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(match[2], match[2])
