"""Theorems, exercises and their like: numbered by kind, referred to by name, solutions where they are wanted."""

import re

import pytest
from nbformat import NotebookNode
from typst_documents import Pdf, code, export, markdown, notebook, problems

from report.typst import TypstHTMLExporter, merge

REFERRING = (
    "See @thm-two, [-@thm-two], [@def-x; @exr-sum], {prf:ref}`my-lemma`, [](#my-lemma), \\ref{thm-two}, \\cref{def-x}, "
    "[that](#exr-sum); @property."
)
THEORY = """
::: {#thm-one}
First words.
:::

::: {#thm-two name="Pythagoras"}
$$ a^2 + b^2 = c^2 $$ {#eq-p}
:::

::: {.proof}
By @eq-p.
:::

::: {#def-x}
## A *definition*
Let $x$ be.
:::

:::{prf:lemma} Small
:label: my-lemma
Every lemma.
:::

```{prf:corollary}
Every corollary.
```
"""
EXERCISES = """
::: {#exr-sum}
Sum the numbers.
:::

::: {#exm-a}
An example.
:::

::: {#sol-sum}
It is 5050, by @thm-two.
:::

:::{exercise} Second
:label: my-exercise
Do it.
:::

```{exercise}
Third.
```

::: {.solution}
To the third.
:::

:::{solution} my-exercise
:class: dropdown
Done.
:::
"""
CELLS = [markdown(text) for text in (REFERRING, THEORY, EXERCISES)]


def page(*cells: NotebookNode, **report: str) -> str:
    html = TypstHTMLExporter().from_notebook_node(notebook(*cells, report=report))[0].partition("<main>")[2]
    return html.replace("\u00a0", " ").replace("&nbsp;", " ")


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", "", html))


@pytest.fixture(scope="module")
def pdf() -> Pdf:
    return export(notebook(*CELLS))


@pytest.fixture(scope="module")
def html() -> str:
    return page(*CELLS)


def test_statements_begin_with_kind_number_and_title(pdf: Pdf, html: str) -> None:
    for text in (pdf.text, words(html)):
        assert "Theorem 1. First words." in text
        assert "Theorem 2 (Pythagoras)." in text
        assert "Proof. By Equation 1." in text
        assert "Definition 1 (A definition). Let" in text
        assert "Lemma 1 (Small). Every lemma." in text
        assert "Corollary 1. Every corollary." in text
        assert "Exercise 2 (Second). Do it." in text
        assert "Example 1. An example." in text


def test_references_name_kind_and_number(pdf: Pdf, html: str) -> None:
    said = "See Theorem 2, 2, Definition 1, Exercise 1, Lemma 1, Lemma 1, 2, Definition 1, that; @property."
    assert said in pdf.text
    assert said in words(html)
    assert '<a href="#thm-two">Theorem 2</a>' in html
    links = [link.get_object()["/Subtype"] for link in pdf.reader.pages[0]["/Annots"]]
    assert links.count("/Link") >= 9


def test_a_solution_names_its_exercise_and_leads_to_it(pdf: Pdf, html: str) -> None:
    for text in (pdf.text, words(html)):
        assert "Solution of Exercise 1. It is 5050, by Theorem 2. Exercise 2" in text
        assert "Solution of Exercise 3. To the third." in text
        assert "Solution of Exercise 2 Done." in text
    assert '<summary>\nSolution of <a href="#my-exercise">Exercise 2</a>\n</summary>' in html


def test_solutions_may_stand_at_the_end() -> None:
    cells = [*CELLS, markdown("# Last\n\nwords")]
    by_exporter = export(notebook(*cells), report={"solutions": "appendix"}).text
    for text in (by_exporter, words(page(*cells, solutions="appendix"))):
        assert "Third. 1 Last words A Solutions Solution of Exercise 1. It is 5050, by" in text


def test_exercises_count_anew_in_each_chapter_of_several_notebooks() -> None:
    exercise = "<div id='exr-{0}'>\n\n**Read.** Do it.\n\n</div>"
    parts = [("01.ipynb", "# One\n\n" + exercise.format("a") + "\n\n## Part\n\n" + exercise.format("b")),
             ("02.ipynb", "# Two {.unnumbered}\n\n" + exercise.format("c")),
             ("03.ipynb", "# Three\n\nAs @exr-b.\n\n" + exercise.format("d"))]  # fmt: skip
    made = merge((name, {"cells": [markdown(source)], "metadata": {}}) for name, source in parts)
    cells = [markdown(cell["source"], **cell["metadata"]) for cell in made["cells"]]
    for said in (export(notebook(*cells)).text, words(page(*cells))):
        found = re.findall(r"Exercise ([\d.]*\d)", said)
        assert found == ["1.1", "1.2", "1", "1.2", "2.1"]
        assert "Exercise 1.1 (Read). Do it." in said


def test_an_exercise_leads_to_its_solution_at_the_end() -> None:
    html = page(*CELLS, solutions="appendix")
    assert '<a href="#sol-sum">→ Solution</a>' in html
    assert "→" not in page(*CELLS)


def test_solutions_may_be_hidden() -> None:
    made = notebook(*CELLS, markdown("As @sol-sum says."), report={"solutions": "hide"})
    for text in (export(made).text, words(page(*made.cells, solutions="hide"))):
        assert "Sum the numbers." in text
        assert "5050" not in text
        assert "Done." not in text
        assert "As Solution of Exercise 1 says." in text


def test_labels_hold_across_notebooks_but_a_solution_is_of_its_own() -> None:
    first = {"cells": [markdown("::: {#exr-a}\nx\n:::\n\n::: {#thm-a}\nx\n:::")], "metadata": {}}
    second = {"cells": [markdown("@thm-a, [](#exr-a)\n\n::: {.solution}\nLost.\n:::")], "metadata": {}}
    made = NotebookNode(merge([("01.ipynb", first), ("02.ipynb", second)]))
    made = notebook(*[markdown(cell["source"], **cell["metadata"]) for cell in made["cells"]])
    pdf = export(made)
    assert "Theorem 1, Exercise 1 Solution. Lost." in pdf.text
    assert pdf.log == [
        "02.ipynb, cell 1 (`@thm-a, [](#exr-a)`): the solution `Lost.` names no exercise, and none stands before it"
    ]


def test_kinds_have_the_names_of_the_language() -> None:
    assert "Satz 1. x" in words(page(markdown("::: {#thm-a}\nx\n:::"), lang="de"))


def test_what_is_wrong_is_said_with_both_places() -> None:
    said = problems(
        notebook(
            markdown("See @thm-tow and [@exr-none]."),
            markdown("::: {#thm-two}\nx\n:::"),
            markdown(":::{prf:theorem}\n:label: thm-two\ny\n:::"),
            markdown(":::{solution} nothing\nz\n:::"),
        )
    )
    assert said == [
        "sample.ipynb, cell 3 (`:::{prf:theorem}`): label thm-two stands already in "
        "sample.ipynb, cell 2 (`::: {#thm-two}`)",
        "sample.ipynb, cell 4 (`:::{solution} nothing`): unknown reference @nothing; known labels: none",
        "sample.ipynb, cell 1 (`See @thm-tow and [@exr-none].`): unknown reference @thm-tow; "
        "known labels of this kind (Theorem): thm-two (did you mean @thm-two?)",
        "sample.ipynb, cell 1 (`See @thm-tow and [@exr-none].`): unknown reference @exr-none; "
        "known labels of this kind (Exercise): none",
    ]


def test_a_wrong_setting_is_refused() -> None:
    (said,) = problems(notebook(markdown("x"), report={"solutions": "end"}))
    assert said == "the settings: solutions must be inline or appendix or hide, got 'end'"


HEADED = "::: {#exr-a}\nDo it.\n:::\n\n## Done {#sol-a}\n\nSee @sol-a.\n\n## Nothing {#sol-b}"


def test_a_heading_with_the_label_of_a_solution_names_its_exercise() -> None:
    made = notebook(markdown(HEADED))
    pdf = export(made)
    assert "Solution of Exercise 1: Done See Solution of Exercise 1." in pdf.text
    assert len(pdf.log) == 1
    assert pdf.log[0].endswith("the solution sol-b belongs to no exercise: there is no exr-b")
    assert '<a href="#sol-a">Solution of Exercise 1</a>' in page(markdown(HEADED))


def test_a_heading_that_cannot_hide_is_told() -> None:
    pdf = export(notebook(markdown(HEADED), report={"solutions": "hide"}))
    assert any("the solution sol-a is a heading, so it stays" in line for line in pdf.log)


def test_cells_of_a_solution_go_as_a_whole_and_a_level_deeper() -> None:
    cells = [markdown("# Chapter\n\n::: {#exr-a}\nDo it.\n:::"), markdown("# Last"),
             markdown("# Done {#sol-a}", report_part="solution"), code("x = 1", report_part="solution")]  # fmt: skip
    ends = {where: words(page(*cells, solutions=where)) for where in ("inline", "appendix", "hide")}
    assert "2 Last 2.1 Solution of Exercise 1: Done x = 1" in ends["inline"]
    assert "2 Last A Solutions A.1 Solution of Exercise 1: Done x = 1" in ends["appendix"]
    assert ends["hide"].strip().endswith("2 Last")
