"""Figures for the notebooks: one function a kind of plot, all in the report's own style.

Call :func:`use_style` once. Every other function takes arrays, data frames or histories, draws, and returns the
Matplotlib axes, so that a notebook can add to them; ``plt.show()`` ends the cell.
"""

from report.chapter.figures.comparisons import bars, confusion_matrix, heatmap, scatter
from report.chapter.figures.curves import learning_curves, lines, loglog_sweep, panels
from report.chapter.figures.images import feature_maps, filters, image_grid
from report.chapter.figures.style import GREY, TEXT_WIDTH, use_style
from report.chapter.figures.summary import describe, varies

__all__ = [
    "GREY",
    "TEXT_WIDTH",
    "bars",
    "confusion_matrix",
    "describe",
    "feature_maps",
    "filters",
    "heatmap",
    "image_grid",
    "learning_curves",
    "lines",
    "loglog_sweep",
    "panels",
    "scatter",
    "use_style",
    "varies",
]
