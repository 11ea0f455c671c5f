r"""The house's number format: one for sentences, tables and axes.

Per cents have a space, thousands a comma, minus signs are true ones, a missing value is a dash, and powers of ten are
formulas, `$1.2 \cdot 10^{-7}$`, which Markdown and Matplotlib set alike.
"""

from __future__ import annotations

import math
import numbers
import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from report.chapter.evidence import Estimate

MISSING, INFINITE = "–", "∞"
"""What stands for None and for what is not a number, and for what is too large for one."""

MINUS, SPACE = "\u2212", "\u00a0"
"""The sign, and the space before a per cent sign, at which no line breaks."""

_EXPONENT = re.compile(r"(?P<mantissa>[+-]?[\d.,]+)[eE](?P<power>[+-]\d+)")
_UNBOUNDED = {INFINITE, f"{MINUS}{INFINITE}"}
_ABSENT = {"NAType", "NaTType"}
_IN_MATH = {
    "$": "", MINUS: "-", "%": r"\%", SPACE: r"\,", ",": "{,}", MISSING: r"\text{–}", INFINITE: r"\infty",
}  # fmt: skip


def number(value: Any, spec: str = "") -> str:
    r"""Write a value in the house's format, as Markdown.

    Parameters
    ----------
    value : number, str or None
        Text stays as it is; what is missing or not a number is a dash, what is infinite the sign for it.
    spec : str
        A format specification of Python. Without one, whole numbers have their thousands marked, other numbers four
        significant digits. "g" counts significant digits, too (".2g": two), and marks thousands. Both write very large
        and very small numbers as powers of ten. A year wants "d".

    Raises
    ------
    TypeError
        If the value is neither a number nor text: a list, a function, true or false.
    ValueError
        If the specification does not fit the value.

    Examples
    --------
    >>> print(number(12345), number(-0.5), number(1.2e-7), number(1796.2, ".2g"), number(None), number(1986, "d"))
    12,345 −0.5 $1.2 \cdot 10^{-7}$ 1,800 – 1986
    >>> number(0.974, ".1%")
    '97.4\xa0%'
    """
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    if value is None or type(value).__name__ in _ABSENT:
        return MISSING
    if isinstance(value, str):
        return value if value in _UNBOUNDED else format(value, spec)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"expected a number or text, got {_instead(value)}")
    return _real(value, spec)


def within(value: float, low: float, high: float, spec: str = "") -> str:
    """Write a number with its interval, or alone where a single run, or equal ones, show no spread.

    Examples
    --------
    >>> within(2.0, -0.5, 4.5, ".1f"), within(1.0, math.nan, math.nan, ".1f"), within(1.0, 1.0, 1.0, ".1f")
    ('2.0 (−0.5 to 4.5)', '1.0', '1.0')
    """
    text, ends = number(value, spec), [number(end, spec) for end in (low, high)]
    return text if ends[0] == ends[1] else f"{text} ({' to '.join(ends)})"


def in_percent(found: Estimate) -> str:
    """Write a share in per cent with its interval, within 0 and 100, for a column whose title has the sign.

    Examples
    --------
    >>> from report.chapter.evidence import Estimate
    >>> in_percent(Estimate(0.9, 0.88, 0.92, 5))
    '90.0 (88.0 to 92.0)'
    """
    low, high = np.clip([found.low, found.high], 0, 1)
    return within(100 * found.value, 100 * low, 100 * high, ".1f")


def in_math(value: Any, spec: str = "") -> str:
    r"""Write a value as :func:`number` does, for use between dollar signs.

    Examples
    --------
    >>> print(in_math(-12345), in_math(0.5, ".0%"), in_math(1.2e-7), in_math(None), in_math(r"\alpha"))
    -12{,}345 50\,\% 1.2 \cdot 10^{-7} \text{–} \alpha
    """
    text = number(value, spec)
    if isinstance(value, str) and value not in _UNBOUNDED:
        return text
    return "".join(_IN_MATH.get(one, one) for one in text)


def power(mantissa: str, exponent: int) -> str:
    r"""Write a power of ten as a formula, without a factor of one.

    Examples
    --------
    >>> print(power("1.2", -7), power("1", 5), power("-1", -9))
    $1.2 \cdot 10^{-7}$ $10^{5}$ $-10^{-9}$
    """
    factor = {"1": "", "+1": "", "-1": "-"}.get(mantissa, f"{mantissa} \\cdot ")
    return f"${factor}10^{{{exponent}}}$"


def _instead(value: Any) -> str:
    """Say what came in place of one value, and what to do about it."""
    if isinstance(value, bool):
        return f'{value}: choose words for it, such as verb = "falls" if down else "rises"'
    if callable(value):
        return f"a {type(value).__name__}: call it in a line before"
    if hasattr(value, "__len__"):
        hint = "give the one that is meant a name" if hasattr(value, "keys") else "pick one, such as [-1]"
        return f"a {type(value).__name__} of {len(value)}: {hint}"
    return f"a {type(value).__name__}: pick a number of it, or make a text of it"


def _real(value: Any, spec: str) -> str:
    """Write a real number."""
    if not isinstance(value, int):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return MISSING if math.isnan(value) else INFINITE if value > 0 else f"{MINUS}{INFINITE}"
    text = _significant(value, spec) if spec.endswith("g") else format(value, spec) if spec else _plain(value)
    if not re.search("[1-9]", text):
        text = re.sub("[-+]", "", text)
    if found := _EXPONENT.fullmatch(text.strip()):
        text, exponent = found["mantissa"], int(found["power"])
        if exponent:
            return power(text, exponent)
    return text.replace("-", MINUS).replace("%", f"{SPACE}%")


def percents_once(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of texts in which columns of per cents, some of them missing, have the sign in their title.

    Examples
    --------
    >>> import pandas as pd
    >>> percents_once(pd.DataFrame({"error": [number(0.5, ".0%"), number(0.25, ".0%")]})).to_dict("list")
    {'error, %': ['50', '25']}
    """
    def only(texts: pd.Series) -> bool:
        told = [f"{SPACE}%" in str(text) for text in texts if text != MISSING]
        return bool(told) and all(told)

    percents = [name for name in table if only(table[name])]
    shown = table.copy()
    for name in percents:
        shown[name] = shown[name].str.replace(f"{SPACE}%", "")
    return shown.rename(columns={name: f"{name}, %" for name in percents})


def _significant(value: float, spec: str) -> str:
    """Write a number with so many significant digits, below 100,000 without a power of ten."""
    text = format(value, spec if "," in spec else re.sub(r"(\.\d+)?g$", r",\g<0>", spec))
    found = _EXPONENT.fullmatch(text)
    return f"{float(text):{'+' * ('+' in spec)},.0f}" if found and 0 < int(found["power"]) < 5 else text


def _plain(value: float) -> str:
    """Write a number without a specification: from 1,000 to 100,000 all digits before the point, else four in all."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if 1000 <= abs(value) < 100_000 else _significant(value, ".4g")
