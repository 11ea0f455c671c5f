"""What would spoil the report is found before any notebook runs, all of it at once, with the cell and a near name."""

import json
from pathlib import Path

import pytest
from report_samples import PARAMETERS, code, notebook, text

from report.__main__ import main
from report.book.rehearsal import BOXES, rehearse
from report.errors import ReportError
from report.run.tasks import make_tasks
from report.settings import resolve
from report.typst.boxes.kinds import LABEL

FIGURE = "#| label: fig-loss\n#| fig-cap: The loss.\n#| fig-alt: A falling curve.\nplot()"
GOOD = [
    text("# One {#sec-one}\n\nSee @fig-loss, @tbl-sizes, @eq-loss, -@sec-one and `@fig-code`; a@fig-mail.org."),
    code(FIGURE),
    code("#| label: tbl-sizes\n#| tbl-cap: Sizes, as in @fig-loss.\ntable()"),
    text("$$ x $$ {#eq-loss}\n\n```\n@fig-fenced\n```"),
    code("say('as @fig-loss shows', f'{name} in @fig-{name}', '@fig-{name}')  # @fig-comment"),
    code("display(Markdown(f'::: x\\n: Made. {{#tbl-{name}}}'))\nsay('# Late {#sec-late}')"),
    text("Computed: @tbl-anything and @sec-late; appendix: @sec-provenance."),
    code("#| label: fig-two\n#| fig-cap: Two.\n#| fig-alt: Two curves.\nplot()\nplot()"),
    text("The second, @fig-two-2; cited [@knuth]."),
    text(":::{exercise} Sums\n:label: sums\nSum.\n:::\n\n@sums, @thm-late and @thm-made."),
    code("display(Markdown(f'::: {{#thm-{name}}}\\nWords.\\n:::'), Markdown('::: {#thm-late}\\nWords.\\n:::'))"),
]


def check(project, *cells, config=""):
    (project.folder / "refs.bib").write_text("@book{knuth, title={T}, author={K}, year={1}}")
    path = project.notebooks / "01-a.ipynb"
    path.write_text(json.dumps(notebook(text("# A {#sec-a}"), code(PARAMETERS, "parameters"), *cells)))
    project.configure(chapters=["01-a"], bibliography="refs.bib", abstract=config)
    settings = project.resolved()
    rehearse(make_tasks(settings), settings)


def test_what_is_right_passes(project):
    check(project, *GOOD, config="From {a.loss:.1%} in {run.chapters}, see @fig-loss.")


def test_the_kinds_of_boxes_are_those_of_the_exporter():
    labels = [f"{kind}-x" for kind in BOXES.split("|")]
    assert all(LABEL.match(label) for label in labels)
    assert LABEL.pattern.count("|") == BOXES.count("|")


@pytest.mark.long
def test_the_chapters_pass(monkeypatch):
    monkeypatch.setenv("CI", "1")
    settings = resolve(notebooks=Path(__file__).resolve().parents[2] / "notebooks")
    rehearse(make_tasks(settings), settings)


@pytest.mark.parametrize("strict", [False, True])
def test_all_that_is_wrong_is_said_at_once(project, monkeypatch, strict):
    monkeypatch.setenv("CI", "1") if strict else monkeypatch.delenv("CI", raising=False)
    wrong = [
        text("See @fig-los and [@knut]."),
        code(FIGURE),
        code("say('''and @lst-nothing''')"),
        code("#| label: fig-bare\n#| fig-cap: As in @eq-none.\nplot()"),
    ]
    with pytest.raises(ReportError) as caught:
        check(project, *GOOD, *wrong, config="See @sec-abstract.")
    said = str(caught.value)
    for word in ("@fig-los;", "did you mean @fig-loss?", "@knut;", "did you mean @knuth?", "fig-loss stands already",
                 "@lst-nothing", "@eq-none", "@sec-abstract"):  # fmt: skip
        assert word in said
    assert ("without fig-alt" in said) == strict
    assert said.splitlines()[-1] == "nothing was run: what is said above would spoil the report"
    assert "01-a.ipynb, cell 1" in said


@pytest.mark.parametrize(
    ("abstract", "said"),
    [("{aa.loss}", "no results of 'aa'.*did you mean a"), ("{a.loss", "write fields as"), ("@fig-x", "@fig-x")],
)
def test_the_abstract_is_checked_too(project, abstract, said):
    with pytest.raises(ReportError, match=said):
        check(project, config=abstract)


def test_a_missing_bibliography_and_a_missing_picture_are_named(project):
    with pytest.raises(ReportError, match=r"none\.png"):
        check(project, text("![A picture](none.png)"))
    project.configure(bibliography="none.bib")
    settings = project.resolved()
    with pytest.raises(ReportError, match=r"none\.bib"):
        rehearse(make_tasks(settings), settings)


def test_a_figure_without_words_is_warned_of_before_it_is_drawn_and_once(project, monkeypatch, capfd):
    monkeypatch.delenv("CI", raising=False)
    for _ in range(2):
        check(project, code("#| label: fig-bare\n#| fig-cap: Bare.\nplot()"))
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("warning: 01-a.ipynb, cell 3 (")
    assert "without fig-alt" in said[0]


def test_nothing_has_run_when_it_is_said(project, capsys):
    path = project.add("01-a", f"open({str(project.folder / 'ran')!r}, 'w')")
    cells = json.loads(path.read_text())["cells"]
    path.write_text(json.dumps(notebook(*cells, text("See @fig-nothing."))))
    assert main(project.arguments()) == 1
    assert capsys.readouterr().err.startswith("error: 01-a.ipynb, cell 4 (")
    assert not (project.folder / "ran").exists()
