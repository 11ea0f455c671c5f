"""The house's number format: one for sentences, tables and axes.

Per cents have a space, thousands a comma, minus signs are true ones, powers of ten are formulas (`$1.2 \\cdot 10^{-7}$`,
which Markdown and Matplotlib set alike), a missing value is a dash.
"""

from __future__ import annotations

import math
import numbers
import re
from typing import Any

MISSING = "–"
"""What stands for None and for what is not a number."""

MINUS, SPACE = "\u2212", "\u00a0"
"""The sign, and the space before a per cent sign, at which no line breaks."""

_EXPONENT = re.compile(r"(?P<mantissa>[+-]?[\d.,]+)[eE](?P<power>[+-]\d+)")
_ABSENT = {"NAType", "NaTType"}
_IN_MATH = {
    "$": "", MINUS: "-", "%": r"\%", SPACE: r"\,", ",": "{,}", MISSING: r"\text{–}",
}  # fmt: skip


def number(value: Any, spec: str = "") -> str:
    r"""Write a value in the house's format, as Markdown.

    Parameters
    ----------
    value : number, str, None, or what has a format of its own, such as a date
        Text stays as it is; what is not finite is a dash or the sign for infinity.
    spec : str
        A format specification of Python. Without one, whole numbers have their thousands marked, other numbers four
        significant digits, very large and very small ones a power of ten. A year wants "d".

    Raises
    ------
    TypeError
        If the value is neither a number nor text, for instance a list or a function.
    ValueError
        If the specification does not fit the value.

    Examples
    --------
    >>> print(number(12345), number(0.974, ".1%"), number(-0.5), number(1.2e-7), number(None), number(1986, "d"))
    12,345 97.4 % −0.5 $1.2 \cdot 10^{-7}$ – 1986
    """
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    if value is None or type(value).__name__ in _ABSENT:
        return MISSING
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return _real(value, spec)
    if type(value).__format__ is object.__format__:
        raise TypeError(f"expected a number or text, got {type(value).__name__}")
    return format(value, spec)


def in_math(value: Any, spec: str = "") -> str:
    r"""Write a value as :func:`number` does, for use between dollar signs.

    Examples
    --------
    >>> print(in_math(-12345), in_math(0.5, ".0%"), in_math(1.2e-7), in_math(r"\alpha"))
    -12{,}345 50\,\% 1.2 \cdot 10^{-7} \alpha
    """
    text = number(value, spec)
    return text if isinstance(value, str) else "".join(_IN_MATH.get(one, one) for one in text)


def power(mantissa: str, exponent: int) -> str:
    r"""Write a power of ten as a formula, without a factor of one.

    Examples
    --------
    >>> print(power("1.2", -7), power("1", 5), power("-1", -9))
    $1.2 \cdot 10^{-7}$ $10^{5}$ $-10^{-9}$
    """
    factor = {"1": "", "+1": "", "-1": "-"}.get(mantissa, f"{mantissa} \\cdot ")
    return f"${factor}10^{{{exponent}}}$"


def _real(value: Any, spec: str) -> str:
    """Write a real number."""
    if not isinstance(value, int):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return MISSING if math.isnan(value) else r"$-\infty$" if value < 0 else r"$\infty$"
    text = format(value, spec) if spec else _plain(value)
    if not re.search("[1-9]", text):
        text = text.replace("-", "")
    if found := _EXPONENT.fullmatch(text.strip()):
        return power(found["mantissa"], int(found["power"]))
    return text.replace("-", MINUS).replace("%", f"{SPACE}%")


def _plain(value: float) -> str:
    """Write a number without a specification: below 100,000 with all digits before the point, four in all otherwise."""
    if isinstance(value, int):
        return f"{value:,}"
    mantissa, exponent = f"{value:.3e}".split("e")
    if value and not -4 < int(exponent) < 5:
        return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"
    return f"{float(f'{value:.4g}'):,g}" if abs(value) < 1000 else f"{value:,.0f}"
