"""The committed notebooks: executed, honest, and in the house's style; and all of them are chapters."""

import json
from pathlib import Path

import pytest

from report.run import notebook as nb
from guards import notebook_problems
from report.chapter.results import of_notebook
from report.run.tasks import make_tasks
from report.settings import resolve

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS + SOLUTIONS, ids=lambda path: path.stem)
def test_a_committed_notebook_is_executed_and_in_style(path):
    assert notebook_problems(nb.read(path), path.stem, may_define=path in SOLUTIONS) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_committed_notebook_publishes_its_results(path):
    published = of_notebook(nb.read(path))
    assert published
    json.dumps(published, allow_nan=False)


@pytest.mark.parametrize("path", NOTEBOOKS + SOLUTIONS, ids=lambda path: path.stem)
def test_a_committed_notebook_holds_nothing_of_this_machine(path):
    assert str(ROOT) not in path.read_text(encoding="utf-8")
    assert nb.METADATA_KEY not in nb.read(path)["metadata"]


def test_every_notebook_is_a_chapter_and_every_chapter_a_notebook():
    assert sorted(chapter.name for chapter in resolve().chapters) == [path.stem for path in NOTEBOOKS]


@pytest.mark.parametrize("profile", ["quick", "standard", "published"])
def test_the_parameters_of_every_profile_fit_the_notebooks(profile):
    tasks = make_tasks(resolve(notebooks=ROOT / "notebooks", profile=profile))
    assert sorted(task.source for task in tasks) == sorted(NOTEBOOKS + SOLUTIONS)


def test_quick_is_what_stands_in_the_notebooks():
    settings = resolve(profile="quick")
    assert not any(settings.parameters(chapter.name) for chapter in settings.chapters)


def test_the_report_knows_the_data_sets_that_the_library_knows():
    from mlp_core.datasets import loading as datasets

    named = [name for name in resolve().datasets if not Path(name).suffix and len(Path(name).parts) == 1]
    assert sorted(named) == sorted(datasets.NAMES)
