"""Texts without the characters that nothing can print."""

import re
from typing import Any

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ue000-\ue01f\ufeff\ufffe\uffff]")
"""Control characters, and the private characters that the filters and the room `prose` use as marks."""
_LINE_BREAK = re.compile("[\x85\u2028\u2029]")
"""Line breaks of Typst that are none in a notebook."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def printable(value: Any) -> Any:
    """Take what cannot be printed out of the texts of a document, and drop what is None (Lua has no None)."""
    if isinstance(value, str):
        text = _LINE_BREAK.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))
        return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text))
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items() if item is not None}
    return [printable(item) for item in value] if isinstance(value, list) else value
