"""Changed words of sentences: said anew from the last run's values, exactly as a run would say them, or by a run."""

import json
import shutil

import pytest
from report_samples import code, notebook

from report.book import typesetting
from report.errors import NotebookFailed
from report.run.build import build
from report.run.execution import Outcome, Runner
from report.run.said import Unknown, outputs, without_templates

VALUES = "from report.chapter.say import say\nn, loss, best, none, big = 50_000, 0.0914, 'Adam', None, float('inf')"


def ran(source, names=None):
    """Return a cell with the outputs that its sentences have in a kernel."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", lambda text, metadata: found.append({
            "output_type": "display_data", "metadata": json.loads(json.dumps(metadata)),
            "data": {"text/markdown": text.data.splitlines(True), "text/plain": ["<IPython.core.display.Markdown>"]},
        }))  # fmt: skip
        exec(f"{VALUES}\n{source}", names)
    return code(source, count=1, outputs=tuple(found))


CHANGES = [
    ('say("Of {n} images")', 'say("{n} images")'),
    ('say("{n}, {loss}")', 'say("""\n    Loss {loss:.2f}\n    only.\n\n    New.\n""")'),
    ('say("{n}, {loss}")', 'say("No number")'),
    ('say("{loss} {none} {big}")', 'say(r"$\\lambda = {{loss:.0%}}$ {big:.1f} {none:d}")'),
    ('say("{n}", when=n)', 'say("Now {n}", when=n)'),
    ('say("{m}", m=n + 1)', "say('{m:d}', m=n+1)  # a comment"),
    ('say("a {n}"); say("b {loss}")', 'say("c {n}"); say("b " "{loss:.1f}")'),
    ('say("one {n}"); say("one {n}")', 'say("one {n}"); say("two {n}")'),
    ('say("Not", when=False); say("said {n}")', 'say("Not", when=False); say("told {n}")'),
    ('say("{best.real}", best=n); say("{best}")', 'say("*{best.real}*", best=n); say("**{best}**")'),
]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_changed_words_are_said_anew_as_a_run_would_say_them(before, after):
    assert without_templates(before) == without_templates(after)
    assert outputs(code(after), ran(before, {})) == ran(after, {})["outputs"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('say("{n}")', 'say("{loss}")', "the sentence did not ask for {loss} in the last run"),
        ('say("{n}"); say("{loss}")', 'say("{loss}"); say("{n}")', "did not ask for {loss}"),
        ('say("Not", when=not n)', 'say("Never", when=not n)', "was not said by the last run"),
        ('say("x", when=n); say("x", when=not n)', 'say("x", when=n); say("y", when=not n)', "was not said"),
    ],
)
def test_what_the_last_run_did_not_keep_takes_a_run(before, after, told):
    assert without_templates(before) == without_templates(after)
    with pytest.raises(Unknown, match=told):
        outputs(code(after), ran(before, {}))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('say("{n}")', 'say("{n}", when=n)'), ('say("{n}", n=1)', 'say("{n}", n=2)'), ('say("{n}")', 'print("{n}")'),
        ('say("{n}")', 'say("{n}"); say("{n}")'), ('say("{n}")', '"{n}"'), ('say(f"{n}")', 'say(f"Now {n}")'),
        ('for n in [1, 2]: say("{n}")', 'for n in [1, 2]: say("Now {n}")'), ('x = "a"\nsay(x)', 'x = "b"\nsay(x)'),
        ('if n: say("{n}")\nsay("{n}")', 'if n: say("{n}")\nsay("Now {n}")'), ('x.say("{n}")', 'x.say("Now {n}")'),
        ('tell = say\nsay("{n}")', 'tell = say\nsay("Now {n}")'), ("x = say('a')", "x = say('b')"),
    ],
)  # fmt: skip
def test_all_but_the_words_of_a_statement_of_its_own_is_code(before, after):
    assert without_templates(before) != without_templates(after)


def test_what_is_no_python_or_nested_too_deep_stays():
    for source in ('say("a', f'x = {"1+" * 3000}1\nsay("a")'):
        assert without_templates(source) == source


def test_what_another_say_shows_is_no_sentence():
    cell = code('say("n = 1")', outputs=({"output_type": "display_data", "data": {}, "metadata": {"say": "n = 1"}},))
    with pytest.raises(Unknown):
        outputs(code('say("n = 2")'), cell)


@pytest.fixture
def report(project, monkeypatch):
    """Return what makes a report of cells: it returns the merged cells, and whether the notebook ran."""
    runs = []

    def run(runner, tasks, done):
        runs.append(tasks)
        for task in tasks:
            first, *written = task.notebook["cells"]
            cells = [first, *(ran(cell["source"], {}) | {"execution_count": k} for k, cell in enumerate(written, 1))]
            executed = runner.settings.build / "work" / f"{task.name}.ipynb"
            executed.parent.mkdir(parents=True, exist_ok=True)
            executed.write_text(json.dumps(notebook(*cells)))
            done(Outcome(task, 1.0, 1, executed, None))

    def make(*sources):
        runs.clear()
        project.add("01-a", *sources)
        return json.loads(build(project.resolved(source_date=0)).read_bytes())["cells"], bool(runs)

    monkeypatch.setattr("report.book.provenance.revision", lambda _: "abc, clean")
    monkeypatch.setattr(typesetting, "export", lambda merged, settings: (json.dumps(merged).encode(), {}))
    monkeypatch.setattr(Runner, "run", run)
    return make


@pytest.mark.long
def test_a_report_with_changed_words_is_that_of_a_run(report, project, capsys):
    report(*(before for before, _ in CHANGES))
    before, after = zip(*CHANGES, strict=True)
    said, has_run = report(*after)
    assert not has_run
    shutil.rmtree(project.build)
    assert (said, True) == report(*after)
    report(*before, 'say("{n}")')
    capsys.readouterr()
    assert report(*before, 'say("{loss}")')[1]
    told = 'cell 13 (`say("{loss}")`): the sentence did not ask for {loss} in the last run'
    assert capsys.readouterr().out.splitlines()[0] == f"01-a runs for {told}"


def test_values_stay_whatever_the_words_in_between(report):
    report('say("{n}, {loss}")')
    assert not report('say("{n}")')[1]
    assert not report('say("{loss}")')[1]


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{loss:d}", "ValueError: {loss:d}: Unknown format code 'd' for object of type 'float'"),
        ("$x = {loss:.2f}$", "ValueError: {loss:.2f}: in a formula, where single braces are LaTeX's, write {{"),
        ("{loss} {huge:.1f}", "OverflowError: {huge:.1f}: int too large to convert to float"),
        ("{{loss}}", "ValueError: {{loss}} … outside formulas a place has single braces"),
    ],
)
def test_a_wrong_place_is_told_before_anything_runs_as_the_run_would_tell_it(report, template, told):
    report('say("{loss} {huge:d}", huge=10**400)')
    with pytest.raises(NotebookFailed) as caught:
        report(f"say({template!r}, huge=10**400)")
    assert str(caught.value).startswith(f"01-a, cell 3 (`say({template!r}, huge=10**400)`): {told}")


@pytest.mark.long
def test_a_kernel_says_the_same(project, monkeypatch):
    def cells(words):
        project.add("01-a", VALUES, f"%alias_magic t time\nsay('''{words}''')\nsay('No', when=False)")
        build(project.resolved(source_date=0))
        made = json.loads((project.build / "report.pdf").read_bytes())["cells"]
        return [cell for cell in made if cell["cell_type"] == "code"]

    monkeypatch.setattr(typesetting, "export", lambda merged, settings: (json.dumps(merged).encode(), {}))
    old, new = "{loss} {n} {big} {none}\n\n{best}", "Now\nit *is* {best}\n\n$x^{{loss:.1e}}$, {none:.2f}, {big}, {n:g}"
    cells(old)
    with monkeypatch.context() as patch:
        patch.setattr(Runner, "run", None)
        said = cells(new)
    shutil.rmtree(project.build)
    assert said == cells(new)
