"""The rules for what a student meets in a notebook, on samples with one fault each and on the committed notebooks."""

from pathlib import Path

import pytest
from readable import hidden_share, reading_problems
from report_samples import code, notebook
from shown import shown_problems

from report.run import notebook as nb

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TABLES_NOT_YET: set[str] = set()
"""Tables with a column that says the same in every row, or per cents in the rows: still to be mended."""


def folded(source, *tags):
    cell = code(source, *tags, count=1)
    return cell | {"metadata": {**cell["metadata"], "jupyter": {"source_hidden": True}}}


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (code("x = 1", count=1), ""),
        (code(f"x = {'1' * 97}", count=1), "a line of 101 characters, at most 100"),
        (code("x = 1 if a else (2 if b else 3)", count=1), "nests conditional expressions"),
        (code("x = f'''{a}\n{b}'''", count=1), "an f-string over several lines"),
        (code("display(Markdown(f'{a}'))", count=1), "a sentence built by code"),
        (code("display(Markdown('So ' + a))", count=1), "a sentence built by code"),
        (code("evaluate(net, data.test)", count=1), "looks at test images"),
        (code("train(net, test=data.test)", "test-as-published", count=1), ""),
        (code("len(data.test), np.bincount(data.test.labels)", count=1), ""),
        (code("results.keep('MLP', nets, data, images=2 * data.test.images - 1)", count=1), ""),
        (code("x = 1", "remove-input", count=1), "open in JupyterLab"),
    ],
)
def test_one_fault_is_found(cell, said):
    problems = reading_problems(notebook(cell, code("\n".join("abcdefgh"), count=2)))
    assert len(problems) == bool(said)
    assert all(said in problem for problem in problems)


def test_the_conclusion_alone_looks_at_test_images():
    assert reading_problems(notebook(code("evaluate(net, data.test)", count=1)), conclusion=True) == []


def test_hidden_lines_are_counted_with_their_options():
    made = notebook(folded("#| label: fig-a\nplot()", "remove-input"), code("a\n\nb", count=2))
    assert hidden_share(made) == 0.5
    assert "50% of the code lines are hidden" in reading_problems(made)[0]


def test_sentences_are_prose_and_no_hidden_code():
    said = folded('x = 1\nsay("""\nA\n{x}\n""")\nsay("B")', "remove-input")
    assert hidden_share(notebook(said, code("a\nb\nc", count=2))) == 0.25


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_committed_notebook_reads_well(path):
    assert reading_problems(nb.read(path), conclusion=path.stem.endswith("-conclusion")) == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["1", "2", "3"], []),
        (["ok", "ok"], []),
        (["–", "–", "–"], []),
        (["ok", "ok", "ok"], ["a column says 'ok' in every row"]),
        (["1 %", "2 %", "–"], ["per cents in every row, such as '1 %': once, in the header"]),
    ],
)
def test_a_column_says_something_and_its_unit_once(cells, said):
    rows = "".join(f"<tr><th>{place}</th><td>{cell}</td></tr>" for place, cell in enumerate(cells))
    table = f"<table><thead><tr><th></th><th>a</th></tr></thead><tbody>{rows}</tbody></table>"
    shown = {"output_type": "display_data", "data": {"text/html": table}, "metadata": {}}
    made = code("#| label: tbl-a\n#| tbl-cap: A\nframe", count=1) | {"outputs": [shown]}
    assert shown_problems(notebook(made)).get("tbl-a", []) == said


def test_a_figure_and_a_table_need_captions():
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}} for data in (
        {"image/png": ""}, {"text/html": "<table><tr><td>1</td></tr></table>"})]  # fmt: skip
    (said,) = shown_problems(notebook(code("x", count=1) | {"outputs": outputs})).values()
    assert said == ["a figure without a caption", "a table without a caption"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_committed_notebook_shows_has_captions_and_columns_that_say_something(path):
    problems = shown_problems(nb.read(path))
    assert {name: said for name, said in problems.items() if name not in TABLES_NOT_YET} == {}
