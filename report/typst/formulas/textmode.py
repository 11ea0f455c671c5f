r"""Words in formulas: the arguments of `\text` and its kin."""

from __future__ import annotations

import unicodedata

from .colours import read_colour
from .commands import SIZE_SWITCHES, SPACES
from .errors import MathError
from .grammar import Parser
from .nodes import Call, Node, Row, Space, Text
from .symbols import SYMBOLS
from .tokens import Token, is_word, untokenize

COMMANDS = {
    "\\text": "", "\\textrm": "", "\\textup": "", "\\textnormal": "", "\\textmd": "", 
    "\\textbf": "bold", "\\textit": "italic", "\\emph": "italic", "\\textsl": "italic", "\\textsf": "sans",
    "\\texttt": "mono",
}  # fmt: skip
_SWITCHES = {
    **dict.fromkeys(("\\rm", "\\rmfamily", "\\upshape", "\\mdseries", "\\normalfont"), ""),
    **dict.fromkeys(("\\it", "\\itshape", "\\em", "\\sl", "\\slshape"), "italic"),
    "\\bf": "bold", "\\bfseries": "bold", "\\sf": "sans", "\\sffamily": "sans", "\\tt": "mono", "\\ttfamily": "mono",
}  # fmt: skip
_ACCENTS = {
    "\\'": "\u0301", "\\`": "\u0300", "\\^": "\u0302", '\\"': "\u0308", "\\~": "\u0303", "\\=": "\u0304",
    "\\.": "\u0307", "\\u": "\u0306", "\\v": "\u030c", "\\H": "\u030b", "\\c": "\u0327", "\\r": "\u030a",
    "\\k": "\u0328", "\\d": "\u0323", "\\b": "\u0331",
}  # fmt: skip
_WORDS = {
    "\\textasciitilde": "~", "\\textasciicircum": "^", "\\textbackslash": "\\", "\\textbar": "|", "\\textbardbl": "‖",
    "\\textbraceleft": "{", "\\textbraceright": "}", "\\textdagger": "†", "\\textdaggerdbl": "‡", "\\textless": "<",
    "\\textgreater": ">", "\\textdegree": "°", "\\textemdash": "—", "\\textendash": "–", "\\textellipsis": "…",
    "\\textquotedblleft": "“", "\\textquotedblright": "”", "\\textquoteleft": "‘", "\\textquoteright": "’",
    "\\textregistered": "®", "\\textsterling": "£", "\\textquotesingle": "'", "\\l": "ł", "\\L": "Ł",
    "\\textvisiblespace": "␣", "\\texteuro": "€", "\\textsection": "§", "\\textparagraph": "¶", "\\texttrademark": "™",
    "\\textmu": "µ", "\\textohm": "Ω", "\\texttimes": "×", "\\textpm": "±", "\\textdiv": "÷", "\\textminus": "−",
    "\\textonehalf": "½", "\\textcelsius": "℃", "\\textperiodcentered": "·", "\\textasteriskcentered": "∗",
    "\\textcopyright": "©", "\\textleftarrow": "←", "\\textrightarrow": "→", "\\textlangle": "⟨", "\\textrangle": "⟩",
    "\\{": "{", "\\}": "}", "\\ ": " ", "\\textunderscore": "_",
    "\\textbullet": "•", "\\copyright": "©", "\\dag": "†", "\\ddag": "‡", "\\dots": "…", "\\ldots": "…", "\\space": " ",
    "\\lq": "‘", "\\rq": "’", "\\lbrace": "{", "\\rbrace": "}", "\\nobreakspace": "\u00a0", "\\/": "", "\\-": "",
}  # fmt: skip
WORDS = {name: word for name, word in _WORDS.items() if name.startswith("\\text")}
"""The signs that may stand in a formula too, as in MathJax."""
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘"), ("'", "’"))


def text_command(parser: Parser, token: Token) -> Node:
    r"""Read `\text{...}`, `\textbf{...}` ..."""
    return parse_text(parser, parser.stream.read_group(token), COMMANDS[token])


def parse_text(parser: Parser, tokens: list[Token], style: str = "") -> Node:
    """Read tokens as words, with formulas between dollars."""
    outer, parser.stream = parser.stream, parser.stream.inner(tokens)
    with parser.nested():
        nodes = _TextReader(parser, style).read()
    parser.stream = outer
    return nodes[0] if len(nodes) == 1 else Row(tuple(nodes))


def plain_text(tokens: list[Token]) -> str:
    """Return the characters of a text without formulas, as for a tag."""
    words = (_WORDS.get(t) or (SYMBOLS[t].text if t in SYMBOLS else t) for t in tokens if t not in ("{", "}", "$"))
    return "".join(word for word in words if not is_word(word) or len(word) == 1).strip()


class _TextReader:
    """Gathers words until something that is no word comes; `parser.stream` holds the text alone."""

    def __init__(self, parser: Parser, style: str) -> None:
        self.parser = parser
        self.style = style
        self.nodes: list[Node] = []
        self.words = ""

    def read(self) -> list[Node]:
        while (token := self.parser.stream.next()) is not None:
            self._read_token(token)
        self._flush()
        return self.nodes

    def _flush(self) -> None:
        for typed, printed in _LIGATURES if self.style != "mono" else ():
            self.words = self.words.replace(typed, printed)
        if self.words:
            self.nodes.append(Text(self.words, self.style))
        self.words = ""

    def _append(self, node: Node) -> None:
        self._flush()
        self.nodes.append(node)

    def _read_token(self, token: Token) -> None:
        if not self._read_word(token) and not self._read_node(token):
            if is_word(token):
                raise MathError(f"{token} cannot stand in \\text; put it between dollars, \\text{{... ${token}$ ...}}")
            raise MathError(f"unexpected {token} in \\text; write \\{token}")

    def _read_word(self, token: Token) -> bool:
        if token in _ACCENTS:
            self.words += self._accented(token)
        elif token in _WORDS:
            self.words += _WORDS[token]
        elif token == "~":
            self.words += "\u00a0"
        elif token in SYMBOLS:
            self.words += SYMBOLS[token].text
        elif not is_word(token) and token not in "$%{}\\":
            self.words += token
        else:
            return False
        return True

    def _read_node(self, token: Token) -> bool:
        stream = self.parser.stream
        if token in ("$", "\\("):
            self._append(self.parser.parse_tokens(stream.read_until("$" if token == "$" else "\\)", "\\text")))
        elif token == "{":
            stream.push([token])
            self._append(parse_text(self.parser, stream.read_group("\\text"), self.style))
        elif token in COMMANDS:
            self._append(parse_text(self.parser, stream.read_group(token), COMMANDS[token]))
        elif token in SPACES:
            self._append(Space(SPACES[token]))
        elif token in _SWITCHES:
            self._append(self._rest(_SWITCHES[token]))
        elif token in SIZE_SWITCHES:
            self._append(Call("size", (self._rest(self.style),), (SIZE_SWITCHES[token],)))
        elif token == "\\textcolor":
            colour = read_colour(self.parser, token)
            self._append(Call("color", (parse_text(self.parser, stream.read_group(token), self.style),), (colour,)))
        elif token in ("\\ref", "\\eqref"):
            self._append(Call("ref", (), (untokenize(stream.read_group(token)), token[1:])))
        else:
            return False
        return True

    def _rest(self, style: str) -> Node:
        """Read the rest of the group in another style."""
        with self.parser.nested():
            nodes = _TextReader(self.parser, style).read()
        return nodes[0] if len(nodes) == 1 else Row(tuple(nodes))

    def _accented(self, token: Token) -> str:
        group = self.parser.stream.read_group(token)
        letters = "".join(SYMBOLS[item].text if item in SYMBOLS else item for item in group)
        letters = letters.replace("ı", "i").replace("ȷ", "j")
        return unicodedata.normalize("NFC", letters[:1] + _ACCENTS[token] + letters[1:])
