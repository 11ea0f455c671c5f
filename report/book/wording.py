"""The words that a report adds to its chapters, in its language: those of `report.typst.words`."""

from report.typst import looks, words
from report.typst.words import Words

ENGLISH: Words = words.ENGLISH["report"]


def words_in(lang: str) -> Words:
    """Return what a report says of itself in a language such as ``pt-BR``.

    >>> words_in("de-AT")["parameters_of"].format(notebook="`01-a`")
    'Parameter von `01-a`.'
    """
    found: Words = looks.words_in(lang)["report"]
    return found
