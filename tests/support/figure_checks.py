"""What is hard to read in a figure: looks that gray print cannot tell apart, a legend in the way, too long a legend."""

import warnings
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from report.chapter.figures.naming import MOST


def figure_problems(figure: Figure) -> list[str]:
    """Return what is hard to read in a figure."""
    figure.canvas.draw()
    panels = [ax for ax in figure.axes if ax.has_data()]
    problems = [problem for ax in panels for problem in (*_alike(ax), *_covered(ax))]
    for legend in [*figure.legends, *(ax.get_legend() for ax in panels)]:
        if legend and (count := sum(isinstance(one, Line2D) for one in legend.legend_handles)) > MOST:
            problems.append(f"a legend names {count} lines, at most {MOST}: write the names beside the lines")
    return problems


def _alike(ax: Axes) -> Iterator[str]:
    """Say which named lines differ by their color only, which bars by that only."""
    looks: dict[tuple[object, ...], str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an image may have a name, for its summary, that no legend could show
        named = ax.get_legend_handles_labels()[0]
    for line in named:
        if isinstance(line, Line2D):
            hollow = bool(line.get_marker() not in ("", "None") and line.get_markerfacecolor() in ("white", "none"))
            look = (line.get_linestyle(), line._unscaled_dash_pattern, line.get_marker(), hollow)
            if look in looks:
                yield f"{looks[look]!r} and {line.get_label()!r} differ by color only"
            looks[look] = str(line.get_label())
    hatches = [bars[0].get_hatch() for bars in ax.containers if hasattr(bars, "patches") and len(bars)]
    if len({*hatches}) < len(hatches):
        yield "bars differ by color only"


def _covered(ax: Axes) -> Iterator[str]:
    """Say what lies below a legend."""
    if not ax.get_legend():
        return
    box = ax.get_legend().get_window_extent()
    for line in ax.lines:
        if _crosses(line.get_transform().transform(line.get_xydata()), box, joined=line.get_linestyle() != "None"):
            yield f"the legend covers {str(line.get_label())!r}"
    for points in (one for one in ax.collections if isinstance(one, PathCollection)):
        if _crosses(ax.transData.transform(np.ma.asarray(points.get_offsets()).reshape(-1, 2)), box):
            yield "the legend covers points"
    for patch in (*ax.patches, *ax.texts):
        if patch.get_visible() and patch.get_window_extent().overlaps(box) and getattr(patch, "get_width", int)() != 0:
            yield "the legend covers bars or words"


def _crosses(points: np.ndarray, box: Bbox, *, joined: bool = False) -> bool:
    """Say whether points, or the lines between them, lie in a box."""
    points = points[np.isfinite(points).all(axis=1)]
    if joined and len(points) > 1:
        places = np.linspace(0, len(points) - 1, 200 * len(points))
        points = np.column_stack([np.interp(places, np.arange(len(points)), values) for values in points.T])
    inside = (points > (box.x0, box.y0)) & (points < (box.x1, box.y1))
    return bool(inside.all(axis=1).any())
