"""Sentences in notebooks: names from the notebook, Markdown out, template and values kept."""

import json
import math
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from report.chapter.say import look_up, say
from report.chapter.sentence import fill
from report.typst import TypstExporter, TypstHTMLExporter

COUNT = 50_000
"""A name of the module, as those of a notebook are."""


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed: pairs of Markdown and metadata."""
    found = []
    monkeypatch.setattr("IPython.display.display", lambda text, metadata: found.append((text.data, metadata)))
    return found


def test_names_are_those_of_the_caller_and_of_the_call(shown):
    best = SimpleNamespace(name="Glorot", loss=[0.3, np.float32(0.25)])
    say("*{best.name}*: {best.loss[-1]:.2f} after {COUNT} of {n} images.", n=60_000)
    assert [text for text, _ in shown] == [f"*{best.name}*: 0.25 after 50,000 of 60,000 images."]


def test_a_whole_number_may_be_larger_than_any_float(shown):
    say("{n:d}", n=10**400)
    assert shown[0][0] == f"{10**400}"
    with pytest.raises(OverflowError, match=r"\{n:.1f\}: int too large"):
        say("{n:.1f}", n=10**400)


def test_a_verdict_gives_its_verb(shown):
    verdict = SimpleNamespace(verb="falls")
    say("The loss {verdict.verb}.")
    assert verdict.verb in shown[0][0]


def test_nothing_is_said_and_no_name_looked_up_when_it_does_not_hold(shown):
    assert say("{no_such_name}", when=np.bool_(False)) is None
    assert shown == []
    say("{COUNT}", when=COUNT)
    assert len(shown) == 1


def test_the_output_keeps_template_and_values_from_which_the_sentence_comes_again(shown):
    values = {"a": np.float64(0.5), "b": np.int64(3), "c": math.nan, "d": -math.inf, "e": "*x*", "f": None}
    say("""
        {a:.1%} {b} {c:.1f} {d:.1f}
        {e} {f} $x = {{d}}$
        """, **values)  # fmt: skip
    text, metadata = shown[0]
    kept = json.loads(json.dumps(metadata["say"], allow_nan=False))
    assert text == "50.0\N{NO-BREAK SPACE}% 3 – −∞ *x* – $x = -\\infty$"
    assert fill(kept["template"], kept["values"]) == text
    assert fill("Now {b} and {a:.0%}", kept["values"]) == "Now 3 and 50\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("template", "error", "told"),
    [
        ("{COUMT}", NameError, r"\{COUMT\}: there is no name COUMT here; near it: COUNT"),
        ("{run.los}", AttributeError, r"\{run.los\}: run, a SimpleNamespace, has no attribute los; near it: loss"),
        ("{run.by.right}", AttributeError, r"run.by, a dict, .* in a line before: … = …\['right'\]"),
        ("{run.loss[2]}", LookupError, r"run.loss, a list, has no \[2\]; it has 2 values"),
        ("{COUNT[0]}", LookupError, r"COUNT, a int, has no \[0\]"),
        ("{run.loss}", TypeError, "got a list of 2: pick one"),
        ("{run.good}", TypeError, "got True: choose words"),
    ],
)
def test_a_mistake_is_told_to_the_cell_and_nothing_shown(shown, template, error, told):
    run = SimpleNamespace(loss=[0.5, 0.4], by={"right": 1}, good=True)
    with pytest.raises(error, match=told):
        say(template, run=run)
    assert shown == []


def test_a_field_is_a_name_then_attributes_and_indices():
    assert look_up("runs[-1].real", {"runs": [1, 2.5]}) == 2.5
    assert look_up("table.T[0][1]", {"table": np.array([[1, 2], [3, 4]])}) == 3


@pytest.mark.long
def test_in_pdf_and_html_a_sentence_is_exactly_a_paragraph():
    cells = [
        nbformat.v4.new_markdown_cell("# Title {#sec-title}\n\nBefore."),
        nbformat.v4.new_code_cell("from report.chapter.say import say\nn, share, small = 50_000, 0.974, 1e-7"),
        nbformat.v4.new_code_cell('say("""\n    Of {n} images {share:.1%}\n    are right: $p > {{small}}$.\n    """)'),
        nbformat.v4.new_code_cell("say('Never', when=False)"),
        nbformat.v4.new_code_cell("say('{shore}')", metadata={"tags": ["raises-exception"]}),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3").execute()
    assert [len(cell.outputs) for cell in notebook.cells[1:]] == [0, 1, 0, 1]
    assert "there is no name shore here; near it: share" in notebook.cells.pop().outputs[0].evalue
    for cell in notebook.cells[1:]:
        cell.metadata.tags = ["remove-input"]
    source, _ = TypstExporter().from_notebook_node(notebook)
    page, _ = TypstHTMLExporter().from_notebook_node(notebook)
    assert "\nOf 50,000 images 97.4~% are right: #box(math.equation(" in source
    assert "<p>Of 50,000 images 97.4&nbsp;% are right: <" in page
