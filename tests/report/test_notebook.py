import json

import pytest
from report_samples import code, notebook, text

from report.errors import NotebookError
from report.run.notebook import code as report_code
from report.run.notebook import code_cells, first_line, first_problem, name_cell, python, read, running_cells

ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "no\nmore", "traceback": []}


def test_reading_joins_lines(tmp_path):
    path = tmp_path / "a.ipynb"
    stream = {"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]}
    path.write_text(json.dumps(notebook(code(["a\n", "b"], count=1, outputs=(stream,)))))
    cell = read(path)["cells"][0]
    assert cell["source"] == "a\nb"
    assert cell["outputs"][0]["text"] == "1\n2\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [(None, "there is no such notebook"), ('{"cells": [', "its JSON is broken"), ("[]", "notebook of format 4"),
     ('{"nbformat": 3, "worksheets": []}', "notebook of format 4"), ("\xff", "UTF-8 .*; save it in UTF-8"),
     ("", "it is empty; take it from a copy"), (" \n", "it is empty"),
     ('{"cells": [\n<<<<<<< HEAD\n1,\n=======\n2,\n>>>>>>> theirs\n', "git could not merge it"),
     ('{"nbformat": 4, "metadata": {}, "cells": [{"source": ""}]}', "cell 1 must be of type code"),
     ('{"nbformat": 4, "cells": []}', "notebook of format 4"),
     ('{"nbformat": 4, "metadata": {}, "cells": [7]}', "cell 1 must be a mapping, got 7")],
)  # fmt: skip
def test_what_is_no_notebook_is_refused_by_name(tmp_path, body, message):
    path = tmp_path / "broken.ipynb"
    if body is not None:
        path.write_bytes(body.encode("latin-1"))
    with pytest.raises(NotebookError, match=rf"broken\.ipynb: .*{message}"):
        read(path)


def test_a_notebook_run_from_top_to_bottom_is_complete():
    assert first_problem(notebook(text("a"), code("1", count=1), code(" \n"), code("2", count=5))) is None


@pytest.mark.parametrize(
    ("cells", "position", "said"),
    [
        ([code("1", count=1), code("2")], 2, "was not run"),
        ([code("1", count=2), text("a"), code("2", count=1)], 3, "out of order"),
        ([code("1", count=1), code("2", count=2, outputs=(ERROR,))], 2, "ValueError: no"),
        ([code("1", "parameters", count=1), code("a=1", "injected-parameters", count=2), code("2")], 2, "was not run"),
    ],
)
def test_what_is_not_complete_is_found_at_its_position_as_written(cells, position, said):
    problem = first_problem(notebook(*cells))
    assert problem.position == position
    assert said in problem.text
    assert problem.is_error == ("ValueError" in said)


def test_positions_leave_out_the_cell_that_papermill_adds():
    cells = [text("a"), code("1", "parameters"), code("2", "injected-parameters"), code("3")]
    assert [position for position, _ in code_cells(notebook(*cells))] == [2, 2, 3]


def test_a_cell_is_named_by_its_first_telling_line():
    assert first_line(code("#| label: fig-a\n\n# why\nplot(a)\nshow()")) == "plot(a)"
    assert first_line(code("x" * 99)) == "x" * 57 + "..."
    assert name_cell(notebook(text("a"), code("run()")), 2) == "cell 2 (`run()`)"


def as_code(*cells):
    return report_code(notebook(*cells))


def test_what_runs_is_code_and_the_tags_that_its_runner_heeds():
    before = as_code(code("1", "remove-cell"))
    assert as_code(text("words"), code("1", count=7, outputs=(ERROR,)), code(" \n# a note")) == before
    assert as_code(code("2", "remove-cell")) != before
    assert as_code(code("1", "parameters")) != before
    assert as_code(code("1; # shown no more")) != before
    assert as_code(code("1"), code("1")) != before


def test_commands_of_ipython_become_calls():
    assert python("%matplotlib inline  \nx = 1") == "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1\n"
    assert "run_cell_magic('bash'" in python("%%bash\n# two\nls")
    assert python("x = 1") == "x = 1"
    assert python("1 +") == "1 +\n"


def test_cells_without_code_do_not_run():
    cells = [code("# a note"), code("1"), code("2", "injected-parameters"), text("3"), code("\n")]
    assert [cell["source"] for cell in running_cells(notebook(*cells))] == ["1"]


def test_a_cell_that_asks_is_told_what_to_do_instead():
    asked = ERROR | {"ename": "StdinNotImplementedError", "evalue": "raw_input was called, but …"}
    problem = first_problem(notebook(code("input()", count=1, outputs=(asked,))))
    assert problem.is_error
    assert "let a parameter say it" in problem.text
