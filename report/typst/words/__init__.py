"""The words that a document has beside its author's own: a file for each language, each with all of them.

To add a language, copy ``en.toml``, as is said there.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

Words = dict[str, Any]

LANGUAGES = sorted(path.stem for path in Path(__file__).parent.glob("*.toml"))
"""The languages that there are, by their codes of ISO 639."""
NONE = "zxx"
"""The code of what is in no language: nothing is hyphenated, and the words are English."""


@cache
def words_of(lang: str) -> Words:
    """Return the words of a language, one of `LANGUAGES` or `NONE`.

    >>> words_of("de")["fig"], words_of("de")["report"]["provenance"]
    ('Abbildung', 'Herkunft')
    """
    name = "en" if lang == NONE else lang
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


ENGLISH = words_of("en")


def date_in(lang: str, year: int, month: int, day: int) -> str:
    """Return a date as a title page shows it.

    >>> date_in("es", 2026, 3, 1), date_in("ja", 2026, 3, 1)
    ('1 de marzo de 2026', '2026年3月1日')
    """
    words = words_of(lang)
    return str(words["date"].format(day=day, month=words["months"][month - 1], year=year))
