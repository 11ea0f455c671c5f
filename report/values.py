"""Values as people write them: what counts as text, number or names, and what is said of the rest."""

import difflib
import re
from types import UnionType
from typing import Any, get_args, get_origin

from report.errors import ConfigError, shown

LONGEST = 10_000

LAST_EPOCH = 253402300799
"""The last second of the year 9999."""


def suggest(word: object, allowed: list[str]) -> str:
    """Return the end of a message about a wrong word: the allowed ones, and the one that was probably meant."""
    word = word[:100] if isinstance(word, str) else ""
    begun = [one for one in allowed if one.startswith(word)] if word else []
    close = begun if len(begun) == 1 else difflib.get_close_matches(word, allowed, n=1)
    return f"allowed: {', '.join(allowed) or 'none'}" + (f" (did you mean {close[0]}?)" if close else "")


def one_of(what: str, value: Any, allowed: list[str]) -> str:
    """Return `value` if it is allowed, else raise ConfigError that names it, the allowed ones and a near one."""
    if value in allowed:
        return str(value)
    said = f"{what}={str(value)[:100]} is unknown" if value else f"{what} is empty"
    raise ConfigError(f"{said}; {suggest(value, allowed)}")


def known_dataset(what: str, value: Any, allowed: list[str]) -> str:
    """Return the name of a data set if it is allowed, else raise ConfigError; of a path it says how it is allowed."""
    try:
        return one_of(what, value, allowed)
    except ConfigError as error:
        if not re.search(r"[./\\]", str(value)):
            raise
        advice = "a file or folder of your own goes under `datasets` in report.yml, as its path from the notebooks"
        raise ConfigError(f"{error}; {advice}") from None


def check_type(where: str, value: Any, expected: Any) -> None:
    """Raise ConfigError if `value`, or a text in a list of them, is not of the expected type (True is no int)."""
    expected = next((one for one in get_args(expected) if isinstance(expected, UnionType)), expected)
    kind = get_origin(expected) or expected
    if type(value) is not kind:
        raise ConfigError(f"{where}: expected {kind.__name__}, got {shown(value)} ({type(value).__name__})")
    if get_args(expected) == (str,):
        for item in value:
            check_type(where, item, str)


def check_text(what: str, value: Any) -> None:
    """Raise ConfigError for a value that is no text, or one beyond all measure."""
    text = str(value)
    if len(text) > LONGEST or any("\ud800" <= char <= "\udfff" for char in text):
        raise ConfigError(f"{what}: expected UTF-8 text of at most {LONGEST:,} characters, got {shown(text)}")


def whole_number(what: str, text: str, largest: int) -> int:
    """Read a whole number from 1, or raise ConfigError."""
    is_number = re.fullmatch(r"[0-9]+", text)
    if is_number and len(text) <= 12 and 1 <= int(text) <= largest:
        return int(text)
    wanted = f"from 1 to {largest:,}" if is_number and text.strip("0") else "of at least 1"
    raise ConfigError(f"{what}={text[:30]}: expected a whole number {wanted}")


def date(what: str, text: str) -> int:
    """Read a date in seconds since 1970."""
    if re.fullmatch(r"[0-9]{1,12}", text) and int(text) <= LAST_EPOCH:
        return int(text)
    raise ConfigError(f"{what}={text[:30]}: expected seconds since 1970, such as 1700000000")


def names(what: str, text: str) -> list[str]:
    """Split `A, B` into names (at semicolons where there are any, for a name with a comma in it: `King, Jr.;`)."""
    found = [name.strip() for name in text.removesuffix(";").split(";" if ";" in text else ",")]
    if not all(found):
        raise ConfigError(f"{what}={shown(text)}: expected names with commas between them")
    return found


def listed(what: str, texts: str | list[str]) -> list[str]:
    """Take one text, or several, as they are: what separates the names in them depends on the names that there are."""
    return [texts] if isinstance(texts, str) else texts


def overrides(what: str, texts: list[str]) -> dict[str, dict[str, str]]:
    """Read several `notebook.name=value`; return the values by notebook and name."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        target, equals, value = text.partition("=")
        notebook, dot, name = target.rpartition(".")
        if not (equals and dot and notebook and name):
            wanted = "notebook.parameter=value, such as 02-initialization.epochs=3"
            raise ConfigError(f"{what} {text[:100]}: expected {wanted}")
        found.setdefault(notebook.strip(), {})[name.strip()] = value.strip()
    return found
