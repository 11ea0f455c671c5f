"""Numbers in running text, for the sentences that notebooks compute."""

from __future__ import annotations

import math

from report.chapter.number import power


def scientific(value: float, digits: int | None = 2) -> str:
    r"""Write a number as Markdown, very large and very small ones as a formula with a power of ten.

    Parameters
    ----------
    value : float
    digits : int or None
        Significant digits; None keeps those that the number has, up to six, as for a setting.

    Examples
    --------
    >>> print(scientific(1.94e-6), scientific(0.0123), scientific(123456.0, 1), scientific(1796.2))
    $1.9 \cdot 10^{-6}$ 0.012 $10^{5}$ 1,800
    >>> print(scientific(1.875e-5, None), scientific(1e-5, None), scientific(0.05, None))
    $1.875 \cdot 10^{-5}$ $10^{-5}$ 0.05
    >>> scientific(float("inf"))
    '$\\infty$'
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "$-\\infty$" if value < 0 else "$\\infty$"
    if digits is None:
        shown = f"{value:.5e}".split("e")[0].replace(".", "")
        digits = max(1, len(shown.strip("-").rstrip("0")))
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if value == 0 or -4 < int(exponent) < 5:
        return f"{float(f'{value:.{digits}g}'):,g}"
    return power(mantissa, int(exponent))
