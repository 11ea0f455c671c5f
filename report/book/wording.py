"""The words that a report adds to its chapters, in its language: those of `report.typst.words`."""

from report.typst import words
from report.typst.looks import language
from report.typst.words import Words, words_of

ENGLISH: Words = words.ENGLISH["report"]


def words_in(lang: str) -> Words:
    """Return what a report says of itself in a language such as ``pt-BR``.

    >>> words_in("de-AT")["parameters_of"].format(notebook="`01-a`")
    'Parameter von `01-a`.'
    """
    found: Words = words_of(language(lang)[0])["report"]
    return found
