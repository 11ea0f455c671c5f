"""The kinds of boxes, what they are typed as, and what they are called."""

import re

from ..words import words_of

_STATEMENTS = ("thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "sol", "rem", "alg", "axm", "asm", "prf")
COLORED = ("nte", "tip", "imp", "wrn", "cau", "fold")
"""Kinds that are boxes with a title; the others are statements, whose name stands before their first words."""
UNNUMBERED = ("prf", "sol")
LABEL = re.compile(rf"({'|'.join([*COLORED[:-1], *_STATEMENTS])})[-:]")
"""What a label begins with that can be of nothing else."""

TYPED = {
    "note": "nte", "tip": "tip", "important": "imp", "warning": "wrn", "caution": "cau",
    "info": "nte", "seealso": "nte", "hint": "tip", "success": "tip", "attention": "wrn", "danger": "cau",
    "error": "cau", "admonition": "nte", "dropdown": "fold", "details": "fold", "primary": "nte",
    "proof": "prf", "solution": "sol", "remark": "rem", "exercise": "exr", "example": "exm", "theorem": "thm",
    "lemma": "lem", "corollary": "cor", "proposition": "prp", "conjecture": "cnj", "definition": "def",
    "margin": "nte", "sidebar": "nte", "aside": "nte", "topic": "nte", "algorithm": "alg", "axiom": "axm",
    "assumption": "asm",
}  # fmt: skip
"""The word for a kind in directives, alerts and classes."""


def kind_of(word: str) -> str:
    """Return the kind that a word names: ``warning``, ``prf:theorem``, ``callout-tip``; nothing for any other word.

    >>> kind_of("prf:theorem"), kind_of("callout-tip"), kind_of("margin"), kind_of("columns")
    ('thm', 'tip', 'nte', '')
    """
    for start in ("prf:", "callout-", "alert-"):
        word = word.removeprefix(start)
    return TYPED.get(word.lower(), "")


def name_of(kind: str, lang: str) -> str:
    """Return what a kind is called in a language of `words.LANGUAGES`."""
    return str(words_of(lang)[kind])
