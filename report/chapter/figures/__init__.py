"""Figures for the notebooks: one function a kind of plot, all in the report's own style.

Call :func:`use_style` once. Every other function takes arrays, data frames or histories, draws, and returns the
Matplotlib axes, so that a notebook can add to them; ``plt.show()`` ends the cell.
"""

from report.chapter.figures.comparisons import bars, confusion_matrix, heatmap, scatter
from report.chapter.figures.curves import learning_curves, lines, loglog_sweep, panels
from report.chapter.figures.images import feature_maps, filters, image_grid
from report.chapter.figures.naming import legend_above, name_classes, name_lines, shared_legend
from report.chapter.figures.style import DASHES, GREY, MARKERS, TEXT_WIDTH, use_style
from report.chapter.figures.summary import describe, varies

__all__ = [
    "DASHES",
    "GREY",
    "MARKERS",
    "TEXT_WIDTH",
    "bars",
    "confusion_matrix",
    "describe",
    "feature_maps",
    "filters",
    "heatmap",
    "image_grid",
    "learning_curves",
    "legend_above",
    "lines",
    "loglog_sweep",
    "name_classes",
    "name_lines",
    "panels",
    "scatter",
    "shared_legend",
    "use_style",
    "varies",
]
