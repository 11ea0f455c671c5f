"""A figure that its reader may change: with fields in JupyterLab, and as it is wherever nobody can move them."""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from mlp_core.progress import is_switched_off
from report.chapter.figures.style import jupyter_shell

PICTURE = '<img style="width: 100%; max-width: {width:.0f}px" alt="{alt}" src="data:image/svg+xml;base64,{data}">'
STILL = "The figure of the caption above; below are fields that draw another one."
DRAWN = "The figure, drawn with the values of the fields above; the sentence below says what it shows."
SAID = '<p role="{role}" style="line-height: 1.4">{words}</p>'


@dataclass(frozen=True)
class Field:
    """What a reader may set: a number between two others, in steps; whole numbers if all four are.

    It is a field for numbers and no slider: screen readers name it, and the arrow keys move it, too.
    """

    label: str
    value: float
    least: float
    most: float
    step: float = 1

    def widget(self) -> Any:
        """Return the field as ipywidgets has it."""
        from ipywidgets import BoundedFloatText, BoundedIntText  # spares them where nobody watches

        whole = all(isinstance(one, int) for one in (self.value, self.least, self.most, self.step))
        looks = {"style": {"description_width": "initial"}, "layout": {"width": "auto", "margin": "2px 16px 2px 0"}}
        limits = {"min": self.least, "max": self.most, "step": self.step}
        return (BoundedIntText if whole else BoundedFloatText)(self.value, description=self.label, **limits, **looks)


def offer(draw: Callable[..., str], **fields: Field) -> None:
    """Let a reader draw a figure like the open one with values of their own.

    In JupyterLab, fields and what they draw come below the open figure. All is one output, of which whatever cannot
    move fields takes the open figure: the report, the web page, a notebook that was saved. Where nobody is there to
    move them (a report's run, pytest), it stays open for ``plt.show()``.

    Parameters
    ----------
    draw : callable
        Draws on a new figure what the values of the fields, given by name, lead to, and says it in a sentence.
    **fields : Field
        What may be set, by the names that `draw` takes.
    """
    if not _is_watched():
        return
    from IPython.display import display

    still = plt.gcf()
    data, _ = jupyter_shell().display_formatter.format(still)
    view = panel(still, draw, fields)._repr_mimebundle_()
    display({**{kind: one for kind, one in view.items() if kind != "text/plain"}, **data}, raw=True)


def _is_watched() -> bool:
    """Say whether somebody may be at this kernel: where no progress bars are wanted, nobody is."""
    return jupyter_shell() is not None and not is_switched_off()


def panel(still: Figure, draw: Callable[..., str], fields: Mapping[str, Field]) -> Any:
    """Return a figure, which is closed, and below it the fields above what they draw."""
    from ipywidgets import HTML, HBox, VBox  # spares them where no reader sits at the kernel

    widgets = {name: field.widget() for name, field in fields.items()}
    above, picture, said = HTML(_as_html(still, STILL)), HTML(), HTML()

    def redraw(change: Any = None) -> None:
        words = draw(**{name: widget.value for name, widget in widgets.items()})
        picture.value = _as_html(plt.gcf(), DRAWN)
        said.value = SAID.format(role="alert" if change else "note", words=html.escape(words))  # alerts are read aloud

    for widget in widgets.values():
        widget.observe(redraw, "value")
    redraw()
    return VBox([above, HBox([*widgets.values()], layout={"flex_flow": "row wrap"}), picture, said])


def _as_html(figure: Figure, alt: str) -> str:
    """Return a figure as an image, and close it."""
    with BytesIO() as file:
        figure.savefig(file, format="svg", metadata={"Date": None})
        data = b64encode(file.getvalue()).decode()
    plt.close(figure)
    return PICTURE.format(width=120 * figure.get_figwidth(), alt=alt, data=data)
