"""TeX source to tokens: control sequences, characters, blanks and macro parameters."""

from __future__ import annotations

import re
from itertools import pairwise

Token = str

_TOKEN = re.compile(
    r"""(?P<comment>%[^\n]*(?:\n[ \t]*|$))
      | (?P<verb>\\verb\*?(?P<mark>[^\w\s*])(?P<verbatim>.*?)(?P=mark))
      | (?P<word>\\[A-Za-z@]+)(?P<after>\s*)
      | (?P<control>\\.)
      | (?P<parameter>(?<!\#)\#+[1-9])
      | (?P<blank>\s+)
      | (?P<char>.)""",
    re.VERBOSE | re.DOTALL,
)


def tokenize(tex: str) -> list[Token]:
    r"""Split TeX source into tokens.

    A control word keeps its backslash and loses the blanks after it; other blanks become one `" "`; comments vanish;
    `\verb|x|` becomes one token `\verb x`.

    >>> tokenize(r"\frac 12 % a half")
    ['\\frac', '1', '2', ' ']
    """
    tokens = []
    for match in _TOKEN.finditer(tex):
        kind = match.lastgroup
        if kind == "comment":
            continue
        if match["verb"]:
            tokens.append("\\verb " + match["verbatim"])
        elif match["word"]:
            tokens.append(match["word"])
        else:
            tokens.append(" " if match["blank"] else match[0])
    if tokens and tokens[-1] == "\\":  # the blank of a last "\ " was trimmed
        tokens[-1] = "\\ "
    return tokens


def is_word(token: Token) -> bool:
    r"""Whether a token is a control sequence: `\alpha` or `\,`."""
    return len(token) > 1 and token[0] == "\\"


def untokenize(tokens: list[Token]) -> str:
    """Source for a list of tokens, for messages and for arguments taken literally."""
    apart = [is_word(before) and before[-1].isalpha() and token[0].isalpha() for before, token in pairwise(tokens)]
    return "".join(" " * blank + token for blank, token in zip([False, *apart], tokens, strict=False))
