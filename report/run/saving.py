"""What Jupyter is to save of a notebook: no widget, which is an error once its kernel is gone, but its picture."""

from collections.abc import Mapping
from typing import Any

WIDGET = "application/vnd.jupyter.widget"
"""What the media types of a widget's view and state begin with."""


def drop_widgets(model: dict[str, Any], **_: Any) -> None:
    """Take the widgets out of a notebook that is about to be saved: `make lab` hands this to Jupyter's server.

    Parameters
    ----------
    model : dict
        What is to be saved, as Jupyter's `pre_save_hook` gets it; a notebook is changed in place.
    """
    if model.get("type") != "notebook" or not isinstance(model.get("content"), dict):
        return
    model["content"].get("metadata", {}).pop("widgets", None)
    for cell in model["content"].get("cells", []):
        if "outputs" in cell:
            cell["outputs"] = without_widgets(cell["outputs"])


def without_widgets(outputs: list[Any]) -> list[Any]:
    """Return outputs without widgets: one that has a picture keeps it, one that is nothing else, such as a bar, goes.

    Examples
    --------
    >>> view = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "VBox()"}
    >>> without_widgets([{"data": view}, {"data": {**view, "image/png": "…", "text/plain": "Figure"}}, {"text": "1"}])
    [{'data': {'text/plain': 'Figure', 'image/png': '…'}}, {'text': '1'}]
    """
    return [_without_widget(one) for one in outputs if not _is_widget_alone(one.get("data", {}))]


def _is_widget_alone(data: Mapping[str, Any]) -> bool:
    """Say whether there is a widget, and no picture that stands for it."""
    return any(kind.startswith(WIDGET) for kind in data) and not any(kind.startswith("image/") for kind in data)


def _without_widget(output: Any) -> Any:
    """Return an output without the widget in it."""
    if "data" in output:
        output["data"] = type(output["data"])({k: v for k, v in output["data"].items() if not k.startswith(WIDGET)})
    return output
