r"""LaTeX as an output: what MathJax sets are formulas, and everything else is text, none of it markup."""

import re

from ..formulas.environments import ALONE

_FORMULA = re.compile(
    r"""\$\$(?P<double>.+?)\$\$ | \\\[(?P<bracket>.+?)\\\]
      | \$(?P<single>(?:\\.|[^$\\])+)\$ | \\\((?P<paren>.+?)\\\)
      | (?P<whole>\\begin\{(?P<name>\w+\*?)\}.*?\\end\{(?P=name)\})""",
    re.VERBOSE | re.DOTALL,
)
_MARK = re.compile(r"[!-/:-@\[-`{-~]")
_LARGE = "\\displaystyle"


def as_markdown(tex: str) -> str:
    r"""Return Markdown for an output of type ``text/latex``.

    >>> as_markdown("\\[ x \\] is *50%* of \\(y\\)")
    '$$ x $$ is \\*50\\%\\* of $y$'
    """
    out, place = [], 0
    for found in _FORMULA.finditer(tex):
        out += [_MARK.sub(r"\\\g<0>", tex[place : found.start()]), _formula(found)]
        place = found.end()
    return "".join([*out, _MARK.sub(r"\\\g<0>", tex[place:])]).strip()


def _formula(found: re.Match[str]) -> str:
    """Return a formula between dollars; one of the large form, which SymPy writes, is displayed."""
    if found["whole"]:
        return found["whole"] if found["name"] in ALONE else f"$${found['whole']}$$"
    displayed, within = found["double"] or found["bracket"], found["single"] or found["paren"]
    if not displayed and within.strip().startswith(_LARGE):
        displayed = f"\n{within.strip().removeprefix(_LARGE).strip()}\n"
    return f"$${displayed}$$" if displayed else f"${within.strip()}$"
