"""A figure that a reader may change: fields where somebody watches, the same picture in whatever cannot move them."""

import base64

import ipywidgets
import pytest
from matplotlib import pyplot as plt

from report.chapter import explore
from report.chapter.explore import Field

VIEW = "application/vnd.jupyter.widget-view+json"


def draw(shift, rate):
    plt.figure(figsize=(2, 1)).gca().plot([0, shift], [0, 1], label=f"{shift}")
    return f"Moved by {shift} & {rate:g}."


FIELDS = {"shift": Field("pixels to the right", 0, -3, 3), "rate": Field("rate", 0.5, 0.0, 1.0, 0.1)}


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed in a notebook that somebody watches."""
    plt.close("all")
    outputs = []

    class Shell:
        class display_formatter:
            @staticmethod
            def format(figure):
                return {"image/png": "still", "text/plain": f"Figure {figure.number}"}, {}

    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(explore, "jupyter_shell", lambda: Shell)
    monkeypatch.setattr("IPython.display.display", lambda data, raw: outputs.append(data))
    yield outputs
    plt.close("all")


def parts():
    still = plt.figure()
    above, fields, picture, said = explore.panel(still, draw, FIELDS).children
    assert "of the caption above" in above.value
    return fields.children, picture, said


def test_the_still_picture_and_the_fields_are_one_output(shown):
    still = plt.figure()
    explore.offer(draw, **FIELDS)
    assert [{**one, VIEW: set(one[VIEW])} for one in shown] == [
        {"image/png": "still", "text/plain": f"Figure {still.number}",
         VIEW: {"model_id", "version_major", "version_minor"}}]  # fmt: skip
    assert plt.get_fignums() == []  # nothing is left for plt.show() to show a second time


@pytest.mark.parametrize("nobody", ["TQDM_DISABLE", "no kernel"])
def test_where_nobody_watches_the_figure_is_left_to_be_shown(shown, monkeypatch, nobody):
    if nobody == "TQDM_DISABLE":
        monkeypatch.setenv("TQDM_DISABLE", "1")
    else:
        monkeypatch.setattr(explore, "jupyter_shell", lambda: None)
    still = plt.figure()
    explore.offer(draw, **FIELDS)
    assert shown == []
    assert plt.get_fignums() == [still.number]


def test_fields_have_names_limits_and_steps():
    (shift, rate), _, _ = parts()
    assert isinstance(shift, ipywidgets.BoundedIntText)  # a screen reader names it; it does not name sliders
    assert isinstance(rate, ipywidgets.BoundedFloatText)
    assert (rate.description, rate.value, rate.min, rate.max, rate.step) == ("rate", 0.5, 0, 1, 0.1)


def test_a_field_that_moves_draws_anew_and_says_it():
    (shift, _), picture, said = parts()
    before = picture.value
    assert "Moved by 0 &amp; 0.5." in said.value
    assert 'role="note"' in said.value
    shift.value = 2
    assert "Moved by 2 &amp; 0.5." in said.value
    assert 'role="alert"' in said.value
    assert picture.value != before
    shift.value = 9
    assert "Moved by 3 &amp;" in said.value
    assert plt.get_fignums() == []


def test_the_picture_is_a_drawing_with_a_text():
    _, picture, _ = parts()
    data = picture.value.partition("base64,")[2].rstrip('">')
    assert b"</svg>" in base64.b64decode(data)
    assert 'alt="The figure, drawn with the values of the fields above' in picture.value
