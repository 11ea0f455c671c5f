r"""What MyST adds to Markdown beside directives: targets, roles, links without words.

A target, ``(a-name)=``, is the label of the heading below it, or a place that links lead to. A role, ``{term}`words```,
is its words; one of references and citations is what they are here. A link without words has those of the heading that
it leads to (see `headings.name_headings`).
"""

import re
from collections.abc import Iterator

from .fences import fenced

_TARGET = re.compile(r"(?P<prefix>[ >]{0,3})\((?P<name>[^\s()][^()\n]{0,99})\)=[ \t]*")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t].*?[^\s}]")
_WORDS = re.compile(r"[^\W\d_]")
_ROLE = re.compile(
    r"\{(?P<role>[a-z][a-z:-]*)\}`(?P<text>[^`\n]+)`|(?<!!)\[\]\((?P<link>[^()\s<>]+)\)|(?P<ticks>`+)(?!`)"
)
_WITH_TARGET = re.compile(r"(.*?)\s*<([^<>]+)>", re.DOTALL)
_CITE = re.compile(r"cite(?::(p|t|ps|ts|n|ct|cts|alp|alps|author|year|yearpar))?")
_PLAIN = ("doc", "term", "download", "index", "abbr", "guilabel", "menuselection", "any")
"""Roles that say how their words look or what these lead to."""
_REFERRING = ("ref", "numref", "eq", "prf:ref", "exercise:ref")
_TAGS = {"sub": "sub", "subscript": "sub", "sup": "sup", "superscript": "sup", "kbd": "kbd"}


def plain(text: str) -> str:
    r"""Return Markdown whose targets and roles are those that pandoc reads.

    >>> print(plain("(a-name)=\n# Title\n\n(b)=\n![](c.png)\n\n{doc}`more <a/b>`, [](a-name), {cite}`k,l`"))
    <BLANKLINE>
    # Title {#a-name}
    <BLANKLINE>
    []{#b}
    <BLANKLINE>
    ![](c.png)
    <BLANKLINE>
    more, [](#a-name), [@k; @l]
    """
    if not re.search(r"\)=[ \t]*$|\}`|\[\]\(", text, re.MULTILINE):
        return text
    return "\n".join(_lines(text))


def identifier(name: str) -> str:
    """Return the label that a target's name makes.

    >>> identifier("4.1 a name")
    '4.1-a-name'
    """
    return re.sub(r"[^\w:.-]+", "-", name.strip())


def _lines(text: str) -> Iterator[str]:
    names: list[str] = []
    for line, is_code in fenced(text):
        target = None if is_code else _TARGET.fullmatch(line)
        if target:
            names.append(identifier(target["name"]))
            yield target["prefix"].rstrip()
        elif not line.strip() or not names:
            yield line if is_code else _with_roles(line)
        else:
            yield from _labeled(line if is_code else _with_roles(line), names)
            names = []
    yield from (f"[]{{#{name}}}" for name in names)


def _labeled(line: str, names: list[str]) -> Iterator[str]:
    """Yield the line below targets with their labels."""
    if _HEADING.fullmatch(line):
        *names, name = names
        line = f"{line.rstrip()} {{#{name}}}"
    anchors = "".join(f"[]{{#{name}}}" for name in names)
    if anchors and not _WORDS.match(line):
        yield from (anchors, "")
        anchors = ""
    yield anchors + line


def _with_roles(line: str) -> str:
    out, place = "", 0
    while found := _ROLE.search(line, place):
        end = found.end()
        if found["ticks"]:  # a span of code, and all that is in it
            closing = re.compile(rf"(?<!`){found['ticks']}(?!`)").search(line, end)
            end = closing.end() if closing else end
            new = line[found.start() : end]
        else:
            new = _link(found["link"]) if found["link"] else _role(found["role"], found["text"], found[0])
            if new.startswith("@"):  # between a reference and a letter, a space of no width, a part of neither
                before, after = line[: found.start()][-1:], line[end : end + 1]
                new = ("\u200b" if before.isalnum() else "") + new + ("\u200b" if after.isalnum() else "")
        out, place = out + line[place : found.start()] + new, end
    return out + line[place:]


def _link(target: str) -> str:
    """Return a link without words: to a target of this name, or with its address for words."""
    if re.match(r"[a-z]+://", target):
        return f"<{target}>"
    return f"[{target}]({target})" if re.search(r"[/\\]|\w\.\w", target) else f"[](#{identifier(target.lstrip('#'))})"


def _role(role: str, text: str, typed: str) -> str:
    named = _WITH_TARGET.fullmatch(text)
    words, target = (named[1], named[2]) if named else (text, "")
    if cite := _CITE.fullmatch(role):
        keys = [f"@{key.strip()}" for key in text.split(",") if key.strip()]
        return " ".join(keys) if (cite[1] or "p").startswith(("t", "ct", "author")) else f"[{'; '.join(keys)}]"
    if role in _REFERRING:
        return f"[{words}](#{identifier(target)})" if words and target else f"@{identifier(target or text)}"
    if role in _TAGS:
        return f"<{_TAGS[role]}>{text}</{_TAGS[role]}>"
    if role == "math":
        return f"${text}$"
    return (words or target) if role in _PLAIN else typed
