"""The look of every figure: the style sheet, and the formats in which Jupyter stores pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from matplotlib import pyplot as plt
from matplotlib import scale
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from report.chapter.figures.summary import describe

TEXT_WIDTH = 6.3
"""Width of a full figure in inches: A4 with margins of 2.5 cm."""

STYLE_SHEET = Path(__file__).parent / "course.mplstyle"

MARKERS, DASHES = "os^DvPX", ("-", "--", "-.", ":")
"""What tells series apart where color does not."""

GREY = "0.45"
"""The color of reference lines: theory, a published value, a target."""


def use_style() -> None:
    """Draw in the report's style from here on; in Jupyter, store each figure as SVG and PNG.

    Figures keep their exact size (no cropping) and carry no date, so the same data give the same bytes. Beside the
    pictures stands :func:`report.chapter.figures.summary.describe`, their data in words, which `pytest --nbval` reads.
    """
    plt.style.use(STYLE_SHEET)
    scale.register_scale(_Linear)
    if shell := jupyter_shell():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", "png", bbox_inches=None, metadata={"Date": None})
        text = shell.display_formatter.formatters["text/plain"]
        text.for_type(Figure, lambda figure, printer, cycle: printer.text(describe(figure)))


class _Linear(scale.LinearScale):
    """A linear axis with numbers in the house's format."""

    def __init__(self, *_: Axis) -> None:  # Matplotlib before 3.11 hands the axis over
        super().__init__(None)

    def set_default_locators_and_formatters(self, axis: Axis) -> None:
        """Give an axis what it draws its ticks with."""
        super().set_default_locators_and_formatters(axis)
        axis.set_major_formatter(_Thousands())


class _Thousands(ScalarFormatter):
    """Matplotlib's ticks, with a comma between thousands; it marks minus signs and powers of ten itself."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the text of a tick."""
        text = super().__call__(x, pos).removeprefix(r"$\mathdefault{").removesuffix("}$")  # no formula: drawn sooner
        return re.sub(r"(?<![.\d])\d{4,}", lambda whole: f"{int(whole[0]):,}", text)


def jupyter_shell() -> Any:
    """Return IPython's shell if this process is a notebook's kernel, else None."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    shell = get_ipython()
    return shell if hasattr(shell, "kernel") else None
