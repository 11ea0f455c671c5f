"""What runs again and what is typeset again: each input is changed, one after the other."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from report_samples import Project, text
from stale_samples import RUN, edited, make, stand_still, write

from report.book import typesetting as typeset
from report.errors import NotebookFailed
from report.run import fingerprint
from report.run.build import build, plan
from report.run.execution import Runner
from report.run.refresh import refresh

ALL = ["01-a", "02-b", "03-all"]
LAST = {"notebook": "03-all", "after": "all"}
NOTHING, TYPESET = ([], False), ([], True)


def runs(*names):
    return list(names), True


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A report that is up to date."""
    project = make(tmp_path_factory.mktemp("made"))
    with pytest.MonkeyPatch.context() as patch:  # undone whatever goes wrong
        stand_still(patch, project)
        build(project.resolved())
        yield project


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A report that may be spoilt; what it is typeset to is of no interest."""
    project = make(tmp_path, "typst")
    stand_still(monkeypatch, project)
    monkeypatch.setattr(typeset, "export", lambda merged, settings: (json.dumps(merged).encode(), {}))
    return project


def test_nothing_changed_nothing_to_do(made, capsys):
    assert plan(made.resolved()) == NOTHING
    build(made.resolved())
    assert capsys.readouterr().out == f"{made.build / 'report.pdf'} is up to date\n"


IMPORTS = {
    "01-a": "report.chapter.figures, report.chapter.results",
    "02-b": "report.chapter.published, report.chapter.sentence",
    "03-all": "report",
}

SHOW = """
import sys
for modules in sys.argv[1:]:
    for name in [name for name in sys.modules if name.startswith("report")]:
        del sys.modules[name]
    exec(f"import report.run.worker, report.run.bounded, {modules}")  # the worker imports the second as it starts
    print(*(name for name in sys.modules if name.startswith("report")))
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """Return the files of `report` that Python loads for each notebook and its worker."""
    command = [sys.executable, "-c", SHOW, *IMPORTS.values()]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    paths = [[name.replace(".", "/") for name in line.split()] for line in lines]
    files = [{file for path in some for file in (f"{path}.py", f"{path}/__init__.py")} for some in paths]
    return dict(zip(IMPORTS, files, strict=True))


def expected(name: str, loaded: dict[str, set[str]]) -> tuple[list[str], bool]:
    """Return what a change of a file of the project must do."""
    if name == "report/report.yml":
        return NOTHING
    if name.startswith("mlp_core/") or name == fingerprint.LOCK:
        return runs(*ALL)
    folders = {"report/chapter/figures": "01-a", "report/published": "02-b"}
    users = {one for one in ALL if name in loaded[one]} | {folders.get(str(Path(name).parent), "")} - {""}
    return sorted(users), True


def changed(path: Path) -> bytes:
    """Return a file's content with something more in it."""
    return path.read_bytes() + (b"\nadded = 1\n" if path.suffix == ".py" else b"\nadded\n")


def look_at(project: Project, paths: list[Path], loaded: dict[str, set[str]]) -> list[str]:
    """Change each file, and say where that does anything but what it must."""
    wrong = []
    for path in paths:
        name = str(path.relative_to(fingerprint.ROOT))
        with edited(path, changed(path)):
            if (found := plan(project.resolved())) != (wanted := expected(name, loaded)):
                wrong.append(f"{name}: {found}, not {wanted}")
        with edited(path, path.read_bytes() + b"\n# a comment\n"):
            if path.suffix == ".py" and (found := plan(project.resolved())) != NOTHING:
                wrong.append(f"{name}: a comment gives {found}")
    return wrong


def sources() -> list[Path]:
    rooms = fingerprint.room(fingerprint.ROOT / "mlp_core") | fingerprint.room(fingerprint.ROOT / "report")
    return sorted(rooms | {fingerprint.ROOT / fingerprint.LOCK})


def test_a_changed_source_file_does_what_it_must_and_a_comment_nothing(made, loaded):
    tried = {(path.relative_to(fingerprint.ROOT).parts[:2][:-1], path.suffix): path for path in sources()}
    known = (
        "run/environment.py", "chapter/sentence.py", "chapter/checkpoints.py", "book/merge.py", "chapter/results.py",
        "chapter/figures/course.mplstyle", "errors.py",
    )  # fmt: skip
    assert look_at(made, [*tried.values(), *(fingerprint.ROOT / "report" / name for name in known)], loaded) == []


@pytest.mark.long
def test_every_changed_source_file_does_what_it_must_and_a_comment_nothing(made, loaded):
    assert len(sources()) > 140
    assert look_at(made, sources(), loaded) == []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("mlp_core/new.txt", runs(*ALL)), ("mlp_core/datasets/new.py", runs(*ALL)),
        ("report/chapter/figures/new.dat", runs("01-a")), ("report/published/new.csv", runs("02-b")),
        ("report/typst/formulas/new.txt", TYPESET), ("report/new.csl", TYPESET), ("report/new.py", TYPESET),
        ("report/chapter/figures/.new.swp", NOTHING), ("new.py", NOTHING), ("a report/notebooks/new.txt", NOTHING),
        ("a report/data/mnist/new.gz", runs("01-a")), ("a report/data/new.gz", NOTHING),
    ],
)  # fmt: skip
def test_a_new_file_counts_by_the_room_it_is_in(made, name, wanted):
    with edited(fingerprint.ROOT / name, "1"):
        assert plan(made.resolved()) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("notebooks/helper.py", runs("02-b")), ("notebooks/extra.csv", runs("01-a")),
        ("notebooks/unused.txt", NOTHING), ("data/mnist/images.gz", runs("01-a")),
        ("data/notmnist/images.gz", NOTHING), ("picture.svg", TYPESET), ("refs.bib", TYPESET),
        ("build/report.pdf", TYPESET), ("build/.report.pdf.json", TYPESET),
    ],
)  # fmt: skip
def test_an_input_counts_where_it_is_read(made, name, wanted):
    path = made.folder / name
    for body in (path.read_bytes() + b"\nadded = 1", None):
        with edited(path, body):
            assert plan(made.resolved()) == wanted


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        *(({key: "New"}, TYPESET) for key in ("title", "subtitle", "course", "institution", "abstract")),
        ({"lang": "de"}, TYPESET), ({"papersize": "a5"}, TYPESET), ({"echo": False}, TYPESET),
        ({"authors": ["Alan"]}, TYPESET), ({"keywords": ["new"]}, TYPESET), ({"list_of_figures": True}, TYPESET),
        ({"list_of_tables": True}, TYPESET), ({"bibliography": ""}, TYPESET), ({"cell_timeout": 7}, NOTHING),
        ({"floats": True}, TYPESET), ({"run_on": True}, TYPESET), ({"fold_code": True}, TYPESET),
        ({"datasets": ["mnist", "notmnist"]}, NOTHING),
        ({"datasets": ["notmnist", "mnist"]}, runs("01-a")),
        ({"chapters": [{"notebook": "01-a", "start": "first"}, "02-b", LAST]}, NOTHING),
        ({"chapters": ["02-b", "01-a", LAST]}, TYPESET),
        ({"chapters": ["01-a", "02-b"]}, TYPESET),
        ({"profiles": {"quick": {"02-b": {"count": 5}}, "standard": {"02-b": {"count": 2}}}}, NOTHING),
        ({"profiles": {"standard": {"02-b": {"count": 3}}}}, runs("02-b")),
    ],
)  # fmt: skip
def test_a_setting_counts_by_what_it_says(made, settings, wanted):
    with edited(made.config, yaml.safe_dump(made.settings | settings)):
        assert plan(made.resolved()) == wanted


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ({"title": "Mine"}, TYPESET), ({"authors": ["Alan"]}, TYPESET),
        ({"profile": "quick"}, runs("02-b")),
        ({"dataset": "mnist"}, NOTHING),
        ({"dataset": "mnist-5k"}, runs("01-a")), ({"overrides": {"02-b": {"count": "3"}}}, runs("02-b")),
        ({"overrides": {"02-b": {"count": "2"}}}, NOTHING), ({"jobs": 7}, NOTHING), ({"cell_timeout": 7}, NOTHING),
        ({"start_timeout": 7}, NOTHING),
    ],
)  # fmt: skip
def test_an_option_counts_by_what_it_says(made, chosen, wanted):
    assert plan(made.resolved(**chosen)) == wanted


def put(key, value):
    return lambda cell: cell["metadata"].update({key: value})


def say(old, new):
    return lambda cell: cell.update(source=cell["source"].replace(old, new))


CELLS = [
    (0, say("See", "Behold"), TYPESET), (0, put("any", 1), TYPESET), (0, say("sec-a", "sec-b"), TYPESET),
    (0, lambda cell: cell.update(attachments={"a.png": {"image/png": ""}}), TYPESET),
    (0, lambda cell: cell.update(id="other"), NOTHING), (3, say("", "raw"), TYPESET),
    (1, say("# which", "# which one"), TYPESET), (1, put("tags", ["parameters", "new"]), TYPESET),
    (2, say("A caption", "Another"), TYPESET), (2, say("fig-a", "fig-b"), TYPESET), (2, say("# drawing", ""), TYPESET),
    (2, say("figures, results", "figures"), runs("01-a")), (2, say("results  #", "results;  #"), runs("01-a")),
    *((2, put(key, "new"), TYPESET) for key in ("alt", "label", "fig-cap", "tbl-cap", "lst-cap", "fig-alt")),
    *((2, put("jupyter", {key: True}), TYPESET) for key in ("source_hidden", "outputs_hidden")),
    *((2, put("tags", [tag]), TYPESET) for tag in ("remove-cell", "remove-output", "hide-input", "any")),
    *((2, put("tags", ["remove-input", tag]), runs("01-a")) for tag in ("raises-exception", "skip-execution")),
    (2, lambda cell: cell.update(outputs=[], execution_count=7), NOTHING),
    (4, say("x = 1", "x  = 1"), runs("01-a")), (4, say("%time", "%time "), runs("01-a")),
    (5, say("Do", "Make"), TYPESET), (5, say("return 1", "return 2"), runs("01-a")),
    (6, lambda cell: cell.update(cell_type="raw"), runs("01-a")),
    (6, say("f()", "'f()'"), runs("01-a")), (6, say("f()", "f();"), runs("01-a")),
    (6, say("f()", ""), runs("01-a")),
]  # fmt: skip


@pytest.mark.parametrize(("position", "change", "wanted"), CELLS)
def test_words_and_metadata_are_typeset_and_code_runs(made, position, change, wanted):
    path = made.notebooks / "01-a.ipynb"
    written = json.loads(path.read_bytes())
    change(written["cells"][position])
    with edited(path, json.dumps(written)):
        assert plan(made.resolved()) == wanted


def test_new_words_between_the_cells_are_typeset(made):
    path = made.notebooks / "01-a.ipynb"
    cells = json.loads(path.read_bytes())["cells"]
    with edited(path, path.read_bytes()):
        write(path, *cells[:3], text("# New"), *cells[3:])
        assert plan(made.resolved()) == TYPESET
        write(path, *cells[:2], cells[3], cells[2], *cells[4:])
        assert plan(made.resolved()) == TYPESET
        write(path, *cells[:4], cells[5], cells[4], cells[6])
        assert plan(made.resolved()) == runs("01-a")


def printed(project):
    """Return the sources and printed outputs of the code cells of 01-a in the report."""
    cells = json.loads((project.build / "report.pdf").read_bytes())["cells"]
    mine = [cell for cell in cells if cell["metadata"]["source"]["notebook"] == "01-a.ipynb"]
    return [(cell["source"], cell["outputs"][0]["text"]) for cell in mine if cell["cell_type"] == "code"]


def test_new_words_appear_with_the_outputs_of_the_earlier_run(fresh, capsys):
    build(fresh.resolved())
    before = printed(fresh)
    capsys.readouterr()
    path = fresh.notebooks / "01-a.ipynb"
    path.write_text(path.read_text().replace("  # drawing", "  # figures").replace("See", "Behold"))
    build(fresh.resolved())
    assert capsys.readouterr().out.splitlines()[0].startswith(str(fresh.build / "report.pdf"))
    after = printed(fresh)
    assert [output for _, output in after] == [output for _, output in before]
    assert after[1] == (before[1][0].replace("# drawing", "# figures"), before[1][1])
    assert "Behold" in (fresh.build / "report.pdf").read_text()


DAMAGES = [
    "", "{", "[" * 99_999, "[]", "{}", '{"nbformat": 4, "cells": [{}]}', '{"nbformat": 4, "cells": [], "metadata": 1}',
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_executed_notebook_is_run_again(made, damage):
    with edited(made.build / "notebooks" / "02-b.ipynb", damage):
        assert "02-b" in plan(made.resolved())[0]


def test_a_damaged_executed_notebook_heals(fresh):
    build(fresh.resolved())
    executed = fresh.build / "notebooks" / "02-b.ipynb"
    whole = json.loads(executed.read_bytes())
    executed.write_text("[" * 99_999)
    build(fresh.resolved())
    assert json.loads(executed.read_bytes())["cells"] == whole["cells"]


@pytest.mark.parametrize(("old", "new"), [("import helper", "import other"), ('"seconds": 1.0', '"seconds": 2.0')])
def test_an_executed_notebook_altered_by_hand_is_run_again(made, old, new):
    executed = made.build / "notebooks" / "02-b.ipynb"
    with edited(executed, executed.read_text().replace(old, new)):
        assert "02-b" in plan(made.resolved())[0]


@pytest.mark.parametrize("damage", [None, "", '{"cells": 7}'])
def test_results_always_say_what_the_executed_notebook_says(made, damage):
    path = made.build / "results" / "02-b.json"
    before = path.read_bytes()
    if damage is None:
        path.unlink()
    else:
        path.write_text(damage)
    build(made.resolved())
    assert path.read_bytes() == before


def during_the_run(monkeypatch, act):
    """Let something happen between the reading of the inputs and the storing of the results."""
    run = Runner.run

    def disturbed(self, tasks, done):
        act()
        run(self, tasks, done)

    monkeypatch.setattr(Runner, "run", disturbed)


def test_a_notebook_edited_while_it_runs_is_stored_as_what_it_was(fresh, monkeypatch):
    path = fresh.notebooks / "01-a.ipynb"
    before = path.read_text()
    during_the_run(monkeypatch, lambda: path.write_text(before.replace("return 1", "return 2")))
    build(fresh.resolved())
    assert "return 1" in printed(fresh)[3][1]
    assert plan(fresh.resolved()) == runs("01-a")
    path.write_text(before)
    assert plan(fresh.resolved()) == NOTHING


def test_code_edited_while_it_runs_makes_the_run_stale_until_it_is_restored(fresh, monkeypatch):
    path = fingerprint.ROOT / "mlp_core" / "losses.py"
    before = path.read_text()
    during_the_run(monkeypatch, lambda: path.write_text(before + "\nadded = 1\n"))
    build(fresh.resolved())
    assert (fingerprint.code_folder(fresh.build) / "mlp_core" / "losses.py").read_text() == before
    assert plan(fresh.resolved()) == runs(*ALL)
    path.write_text(before)
    assert plan(fresh.resolved()) == NOTHING


@pytest.mark.parametrize("name", ["data/mnist/images.gz", "notebooks/extra.csv", "notebooks/helper.py"])
def test_data_touched_while_a_notebook_runs_spoil_the_run_even_if_restored(fresh, monkeypatch, name):
    path = fresh.folder / name

    def touch():
        with edited(path, path.read_bytes() + b"\n"):
            pass

    during_the_run(monkeypatch, touch)
    with pytest.raises(NotebookFailed, match=f"0.*, .*{path.name} was changed while it ran") as caught:
        build(fresh.resolved())
    assert len(str(caught.value).splitlines()) == 1
    reader = "02-b" if name.endswith(".py") else "01-a"
    assert not (fresh.build / "notebooks" / f"{reader}.ipynb").exists()
    assert reader in plan(fresh.resolved())[0]


def test_refreshing_keeps_what_was_edited_meanwhile(fresh, monkeypatch):
    path = fresh.notebooks / "01-a.ipynb"
    new = path.read_text().replace("See", "Behold")
    during_the_run(monkeypatch, lambda: path.write_text(new))
    with pytest.raises(NotebookFailed, match="01-a, was edited while it ran"):
        refresh(fresh.resolved(target="notebooks", only=["01-a"]))
    assert path.read_text() == new


def test_what_is_edited_while_it_is_typeset_is_typeset_again(fresh, monkeypatch):
    code = fingerprint.ROOT / "report" / "book" / "merge.py"
    for path in (code, fresh.folder / "refs.bib"):
        monkeypatch.setattr(typeset, "export", lambda *_, path=path: (bytes(path.write_bytes(changed(path))), {}))
        build(fresh.resolved())
        assert plan(fresh.resolved()) == TYPESET


@pytest.mark.long
def test_kernels_import_the_code_that_was_there_when_the_run_began(tmp_path, monkeypatch):
    """A cell edits a module and then imports it; the next cells restore it and look at their surroundings."""
    project = make(tmp_path)
    stand_still(monkeypatch, project)
    monkeypatch.setattr(Runner, "run", RUN)
    monkeypatch.chdir(project.folder)
    monkeypatch.setenv("MLP_CORE_DATA", "data")
    path = fingerprint.ROOT / "report" / "chapter" / "sentence.py"
    before = path.read_text()
    spoil = f"path = {str(path)!r}\nbefore = open(path).read()\nopen(path, 'w').write('counted = 7')"
    look = (
        "from report.chapter.sentence import counted\nimport os\n"
        "print(callable(counted), os.environ['MLP_CORE_DATA'])"
    )
    restore = "open(path, 'w').write(before)"
    project.settings["chapters"] = []
    project.configure(profiles={"quick": {}, "standard": {}})
    executed = project.build / "notebooks" / "09-edits.ipynb"
    project.add("09-edits", spoil + ";", look, restore + ";")
    build(project.resolved())
    assert path.read_text() == before
    assert f"True {project.folder / 'data'}" in executed.read_text()
    assert plan(project.resolved()) == TYPESET, "its code was touched, though restored"
