"""The page for authors: its examples together are one chapter with a solution, which is typeset as they promise."""

import json
import re
from pathlib import Path

import pypdf
import pytest
import yaml
from guards import notebook_problems
from readable import reading_problems
from report_samples import code, notebook, text

from report.book.rehearsal import rehearse
from report.run import notebook as nb
from report.run.build import build
from report.run.new import KIT
from report.run.tasks import make_tasks
from report.typst.options import HIDING_TAGS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SETTINGS = yaml.safe_load(next(body for kind, _, body in BLOCKS if kind == "yaml"))
NAME, SOLUTION = "10-learning-rate", "solutions/10-measured"


@pytest.fixture
def page(project):
    """A report of the page's examples: words, then parameters and code, as a chapter has them, and the solution."""
    words = [text(body) for kind, _, body in BLOCKS if kind == "markdown"]
    code_cells = [code(body.rstrip(), *filter(None, [tag])) for kind, tag, body in BLOCKS if kind == "python"]
    solving = [cell for cell in words if cell["source"].startswith("# ") and "{#sol-" in cell["source"]]
    cells = [*(cell for cell in words if cell not in solving), text("## What comes out"), *code_cells]
    for name, content in ((NAME, cells), (SOLUTION, [*solving, code("count: int = 1  # how many", "parameters")])):
        path = project.notebooks / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(notebook(*content)))
    references = ROOT / "report" / "references.bib"
    (project.folder / references.name).write_bytes(references.read_bytes())
    project.configure(chapters=[NAME], bibliography=references.name, **SETTINGS,
                      abstract=re.search(r"`(\{learning-rate.*?\})`", PAGE)[1])  # fmt: skip
    return project


def test_the_examples_are_a_chapter_without_a_fault(page, capsys):
    settings = page.resolved(profile="standard")
    tasks = make_tasks(settings)
    assert [task.name for task in tasks] == [NAME, SOLUTION]
    assert tasks[0].values["train_images"] == 0
    rehearse(tasks, settings)
    assert capsys.readouterr().err == ""


def test_the_examples_keep_the_rules_that_the_page_names(page):
    chapter = nb.read(page.notebooks / f"{NAME}.ipynb")
    problems = [*notebook_problems(chapter, NAME), *reading_problems(chapter)]
    running = ("was not run", "run `make notebooks`")  # mends these
    assert [problem for problem in problems if not problem.endswith(running)] == []


def test_the_table_of_tags_names_all_that_hide():
    hiding = {option: re.findall("`([a-z-]+)`", row) for row, option in
              re.findall(r"^\| (`.*?) \| `#\\\| ([\w-]+): false`", PAGE, re.MULTILINE)}  # fmt: skip
    banner = {"injected-parameters", "papermill-error-cell-tag"}  # by papermill alone
    assert {option: {*tags} for option, tags in hiding.items()} == {
        option: {*tags} - banner for option, tags in HIDING_TAGS.items()
    }


def test_the_commands_and_what_the_page_names_are_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z]+)", PAGE):
        assert f"\n{target}:" in makefile
    for option in re.findall(r"\b([A-Z]{2,})=", PAGE):
        assert option == "TO" or option in makefile
    assert len(PAGE.splitlines()) < 220
    assert "goodfellow2016" in KIT.with_name("new.py").read_text(encoding="utf-8")
    assert "notebooks/README.md" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.long
def test_the_examples_run_and_are_typeset(page, capsys):
    reader = pypdf.PdfReader(build(page.resolved(profile="quick")))
    assert capsys.readouterr().err == ""
    said = re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in reader.pages))
    for words in ("the runs are in Section 1.1", "Theorem 1 (Descent).", "Solution of Exercise 1.2: A step, measured",
                  "Figure 1. Loss after each epoch", "By Table 1 and Figure 1, the rate 0.5", "References",
                  "def update(self, name"):  # fmt: skip
        assert words in said, said
