"""What single cells of the notebooks say of results that their own parameters do not give."""

from types import SimpleNamespace
from typing import Any

import pytest
from tried import NOTEBOOKS, stored

from report.chapter import capacity
from report.chapter.say import say
from report.chapter.sentence import counted
from report.run import notebook as nb


@pytest.fixture
def cell_says(monkeypatch):
    """Return a function that runs the cell of a notebook with some words in it, under these names, for its sentences."""
    texts: list[str] = []
    monkeypatch.setattr("IPython.display.display", lambda shown, **_: texts.append(shown.data))

    def run(name: str, words: str, **names: Any) -> str:
        cells = nb.code_cells(nb.read(NOTEBOOKS / f"{name}.ipynb"))
        source, *others = [source for _, cell in cells if words in (source := "".join(cell["source"]))]
        assert not others
        exec(source, {"say": say, "counted": counted, **names})
        return " ".join(texts)

    return run


def published(name: str, **other: Any) -> SimpleNamespace:
    return SimpleNamespace(**stored(name) | other)


@pytest.mark.parametrize(
    ("moved", "agrees", "phrase"),
    [
        (["4.bias"], True, "and nothing else. Its loss followed a theory of its batches to within 2.00\xa0% of"),
        (["4.bias"], False, "biases: it could learn how frequent the classes are, and nothing else."),
        ([], False, "learned nothing, for each of its batches held all classes equally often."),
        (["4.bias", "4.weight"], False, "The weights of a network of zeros moved"),
    ],
)
def test_a_theory_is_followed_only_where_it_agrees(cell_says, moved, agrees, phrase):
    c2 = published("02-initialization", moved_from_zeros=moved, plateau_agrees=agrees, plateau_error=0.02)
    said = cell_says("09-conclusion", "[First weights]", c2=c2)
    assert said.count("First weights") == 1
    assert phrase in said
    assert ("theory" in said) == agrees


def test_a_worse_start_is_not_worse_too(cell_says):
    c2 = published(
        "02-initialization", he_verb="is better than", small_verb="is worse than", he_minus_glorot_points=1.0
    )
    assert cell_says("09-conclusion", "From random weights", c2=c2).endswith("is worse than *Glorot uniform*.")


@pytest.mark.parametrize(
    ("points", "size", "dropped", "phrase"),
    [
        (12, 5, 3, "itself included; 3 were dropped after one seed."), (12, 5, 0, "itself included."),
        (12, 1, 3, "a winner among 12 settings"), (1, 1, 0, "The grid had a single point"),
    ],
)  # fmt: skip
def test_one_point_has_no_winner(cell_says, points, size, dropped, phrase):
    c3 = published("03-hyperparameter-search", points=points, group_size=size, dropped=dropped, interaction=False)
    said = cell_says("09-conclusion", "[Search]", c3=c3)
    assert said.count("[Search]") == 1
    assert phrase in said


@pytest.mark.parametrize(
    ("sizes", "alike", "phrase"),
    [
        (3, 2, "cannot be told from that of 1 of the 2 other sizes."), (3, 3, "any other of the 3 sizes."),
        (3, 1, "The highest mean accuracy is that of"), (1, 1, "One size was trained, with"),
    ],
)  # fmt: skip
def test_sizes_are_counted_without_the_best(cell_says, sizes, alike, phrase):
    c6 = published("06-capacity-and-early-stopping", sizes=sizes, indistinguishable=alike)
    said = cell_says("09-conclusion", "One size was trained", c6=c6)
    assert said.count("Size and stopping") == 1
    assert phrase in said


@pytest.mark.parametrize(
    ("seeds", "ended", "phrase"),
    [
        ([3], 0, "The rule did not end this one run. It keeps the weights of the best pass, which are those after 9 updates."),
        ([3], 1, "The rule ended this one run."), ([3, 4], 0, "The rule ended none of its 2 runs."),
    ],
)  # fmt: skip
def test_one_run_is_none_of_several(cell_says, seeds, ended, phrase):
    gain = SimpleNamespace(verb="is better than", points=1.0, low_points=0.5, high_points=1.5)
    known = {"whole": SimpleNamespace(value=0.8, low=0.7, high=0.9), "gain": gain, "made": "9 updates", "passes": 3.0}
    names = known | {"weights": "9 updates", "final_epochs": 3, "capacity": capacity, "seeds": seeds, "ended": ended}
    assert phrase in cell_says("07-regularization", "The rule ended {ended}", **names)


@pytest.mark.parametrize("seeds", [[7], [7, 8]])
def test_a_balanced_batch_of_all_moves_nothing(cell_says, seeds):
    said = cell_says("02-initialization", "Yet the network moves", balanced=True, moved=[], uniform=2.3, prior=2.3,
                     gain=0.0, sizes=[784, 10], shares=SimpleNamespace(max=lambda: 0.1), seeds=seeds)  # fmt: skip
    assert "so that $H" in said
    assert "Yet the network moves" not in said
