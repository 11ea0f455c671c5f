import pytest
from guards import cell_problem, notebook_problems
from report_samples import PARAMETERS, code, notebook, text

ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
BARE = {"output_type": "display_data", "data": {"image/png": "", "text/plain": "<Figure size 504x208 with 1 Axes>"}}
DESCRIBED = {"output_type": "display_data", "data": {"image/png": "", "text/plain": "Figure of 1 panel"}}
WARNING = {"output_type": "stream", "name": "stderr", "text": "UserWarning"}
GOOD = (text("# A {#sec-a}"), code(PARAMETERS, "parameters", count=1), text("So."), code("print(count)", count=2))


def test_a_good_notebook_has_no_problem():
    picture = code("plt.show()", count=3, outputs=(DESCRIBED,))
    assert notebook_problems(notebook(*GOOD, picture), "nb") == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (code("1"), "without having been run"),
        (code("1", count=1, outputs=(WARNING,)), "standard error"),
        (code("1", "raises-exception", count=1), "stores none"),
        (code("1", count=1), None),
        (code("1", "raises-exception", count=1, outputs=(ERROR,)), None),
        (code("# NBVAL_SKIP\n1", count=1), "is marked nbval-skip, so that nothing is compared"),
        (code("1\n  #NBVAL_IGNORE_OUTPUT", count=1), "is marked nbval-ignore-output"),
        (code("# PYTEST_VALIDATE_IGNORE_OUTPUT\n1", count=1), "is marked pytest-validate-ignore-output"),
        (code("1", "nbval-skip", count=1), "is marked nbval-skip"),
        (code("# NBVAL_SKIP\n# why\n1", count=1), "say why not in a comment"),
        (code("# NBVAL_SKIP\n1\n# the time differs", count=1), "say why not in a comment"),
        (code("# NBVAL_SKIP\n# the time differs\n1", count=1), None),
        (code("#| echo: false\n# the time differs\n1", "nbval-ignore-output", count=1), None),
        (code("# NBVAL_RAISES_EXCEPTION\n1", count=1), "stores none"),
        (code("# NBVAL_CHECK_OUTPUT\n1", count=1), None),
        (code("  "), None),
        (text("1"), None),
    ],
)
def test_a_cell_that_proves_nothing_is_found(cell, said):
    problem = cell_problem(cell)
    assert problem is None if said is None else said in problem


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([*GOOD, code("2")], "cell 5 (`2`): was not run"),
        ([*GOOD, code("2", count=1)], "out of order"),
        ([*GOOD, code("def f():\n    pass", count=3)], "defines f"),
        ([*GOOD, code("class F:\n    pass", count=3)], "defines F"),
        ([*GOOD, code("\n".join(["x = 1"] * 16), count=3)], "16 lines, at most 15"),
        ([*GOOD, code("%matplotlib inline", count=3)], "is not plain Python"),
        ([*GOOD, code("plt.show()", count=3, outputs=(BARE,))], "a picture without its data in words"),
        ([GOOD[0], *GOOD[2:]], "expected one code cell tagged `parameters`, found 0"),
        ([*GOOD[1:]], "the first cell must be text"),
        ([text("No heading"), *GOOD[1:]], "the first cell must be text"),
        ([*GOOD, *(code("1", count=n) for n in (3, 4, 5, 6))], "without a word between them"),
        ([GOOD[0], code("a: int = 1", "parameters", count=1)], "parameter a has no comment"),
    ],
)
def test_a_notebook_out_of_style_is_found(cells, said):
    problems = notebook_problems(notebook(*cells), "nb")
    assert any(said in problem for problem in problems)


def test_cell_options_do_not_count_as_lines():
    source = "#| label: fig-a\n" * 5 + "x = 1\n" * 15
    assert notebook_problems(notebook(*GOOD, code(source, count=3)), "nb") == []
