"""Listings from the sources: the present code of a function, its file in the caption, and what is refused."""

import json
from dataclasses import replace

import pytest
from report_samples import PARAMETERS, code, notebook, text

from report.book.listings import MAX_LINES, source
from report.book.rehearsal import rehearse
from report.book.typesetting import export, merged
from report.errors import ReportError
from report.run.fingerprint import ROOT
from report.run.stale import look
from report.run.tasks import Executed, make_tasks

MODULE = '''
def plain(x):
    """Double.

    At length."""

    # as it is
    return 2 * x


class Layer:
    """A layer."""

    size = 3

    @staticmethod
    def forward(x):
        """Pass."""
        def inner():
            "Inner."
            return x
        return inner()

    def only(self):
        """Nothing but words."""

    def short(self): "On one line."; return 1
'''
SHOWN = {
    "plain": "def plain(x):\n    # as it is\n    return 2 * x",
    "Layer.forward": "@staticmethod\ndef forward(x):\n    def inner():\n        return x\n    return inner()",
    "Layer.only": 'def only(self):\n    """Nothing but words."""',
    "Layer.short": 'def short(self): "On one line."; return 1',
}


@pytest.fixture
def book(project):
    """Write one notebook of these cells, beside a module; return its settings and task."""
    (project.notebooks / "beside.py").write_text('def double(x):\n    """Twice."""\n    return 2 * x\n')

    def write(*cells):
        path = project.notebooks / "01-a.ipynb"
        path.write_text(json.dumps(notebook(text("# A {#sec-a}"), code(PARAMETERS, "parameters"), *cells)))
        project.configure(chapters=["01-a"])
        settings = project.resolved()
        return settings, make_tasks(settings)

    return write


def refused(book, *cells):
    settings, tasks = book(*cells)
    with pytest.raises(ReportError) as caught:
        rehearse(tasks, settings)
    return str(caught.value).splitlines()[0]


@pytest.mark.parametrize("name", SHOWN)
def test_a_source_is_shown_without_docstrings(tmp_path, name):
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "module.py").write_text(MODULE)
    path, shown = source(f"room.module:{name}", [tmp_path / "elsewhere", tmp_path])
    assert path.as_posix() == "room/module.py"
    assert shown == SHOWN[name]


def test_remarks_for_tools_are_no_part_of_a_listing(tmp_path):
    lines = ["def f(", "    x,", ") -> int:  # fmt: skip", "    return x  # noqa: A1"]
    (tmp_path / "module.py").write_text("\n".join(lines))
    shown = source("module:f", [tmp_path])[1].splitlines()
    assert shown == ["def f(", "    x,", ") -> int:", "    return x"]


def test_the_projects_own_sources_are_found():
    path, shown = source("mlp_core.layers:Linear.backward", [ROOT])
    assert path.as_posix() == "mlp_core/layers.py"
    assert "def backward(self, grad_output" in shown
    assert '"""' not in shown


@pytest.mark.parametrize("target", ["typst", "html"])
def test_the_listing_has_code_number_and_a_caption_with_its_place(book, target):
    cell = code("#| label: lst-double\n#| listing: beside:double\n#| lst-cap: Doubling.")
    settings, (task,) = book(cell, text("See @lst-double."))
    cells = [one | {"execution_count": k} for k, one in enumerate(task.notebook["cells"])]
    facts = {"executed": 0, "seconds": 0.0, "threads": 1}
    ran = Executed(task, task.notebook | {"cells": cells, "metadata": {"course_report": facts}})
    shown = export(merged([ran], settings), replace(settings, target=target))[0].decode()
    assert "beside.py" in shown
    assert "Doubling." in shown
    assert "listing:" not in shown
    assert "double" in shown
    assert "Twice" not in shown


def test_a_changed_source_is_no_reason_to_run(book):
    settings, (task,) = book(code("#| listing: beside:double"))
    before = look(task, {}, ROOT).fingerprint
    (task.source.parent / "beside.py").write_text("def double(x):\n    return x + x\n")
    assert look(task, {}, ROOT).fingerprint == before


def test_the_cell_holds_nothing_to_run(book):
    said = refused(book, code("#| listing: beside:double\nx = 1"))
    assert said == (
        "01-a, cell 3 (`x = 1`): shows a source in place of its code, so it must hold nothing but options"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("beside.double", "expected a listing such as mlp_core.layers:Linear.backward, got 'beside.double'"),
        ("../beside:double", "expected a listing such as mlp_core.layers:Linear.backward, got '../beside:double'"),
        ("besides:double", "listing besides:double: there is no module besides"),
        ("beside:duoble", "listing beside:duoble: beside.py has no duoble; allowed: double (did you mean double?)"),
        ("beside:double.x", "listing beside:double.x: beside.py has no x; allowed: none"),
    ],
)
def test_what_there_is_not_is_said_with_the_cell_before_anything_runs(book, name, said):
    assert refused(book, code(f"#| listing: {name}")) == f"01-a, cell 3 (`#| listing: {name}`): {said}"


def test_what_is_too_long_is_refused(tmp_path):
    for lines, fits in ((MAX_LINES - 1, True), (MAX_LINES, False)):
        (tmp_path / "module.py").write_text("def long():\n" + "    x = 1\n" * lines)
        if fits:
            assert source("module:long", [tmp_path])
        else:
            with pytest.raises(ReportError, match=f"module:long: {MAX_LINES + 1} lines, at most {MAX_LINES}"):
                source("module:long", [tmp_path])
