"""The checks of what an executed notebook shows find what they are for, and leave right sentences alone."""

import pytest
from wording import wording_problems


def shown(output):
    return {"cells": [{"cell_type": "code", "source": "say()", "metadata": {}, "outputs": [output]}]}


def data(**texts):
    return shown({"output_type": "display_data", "data": {f"text/{kind}": text for kind, text in texts.items()}})


@pytest.mark.parametrize(
    "sentence",
    [
        "The loss is nan.", "The best is None.", "An interval from – to –.", "It is {best}.", "Trained for 1 epochs.",
        "Trained for 1 more updates.", "Two  spaces.", "A comma , too many.", "None ( ) at all.", "Worse are a and .",
        "It is is better.", "The rate lies between 0.1 and 0.1.", "90 (90.0 to 90.0).", "80 % (−3 % to 90 %).",
        "0 % (12.5 % to 12.5 %).", "It ended none of its 1 run.", "A winner among 1 setting.",
    ],
)  # fmt: skip
def test_a_broken_sentence_is_found(sentence):
    assert wording_problems(data(markdown=sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "0 of 1 runs diverge (@tbl-a).", "Set `x = {1}`; by $x^{2}$ it is 1.5 (1.4 to 1.6).", "The difference is −0.3 points.",
        "From 1 to 1,000 images; 21 epochs; 1.0 passes.", "- *N(0, 1)* is better, or cannot be told apart.",
        "10.0 % (9.0 % to 9.05 %).", "At most 0.0 (0 to 0.01).", "None of these can tell.",
    ],
)  # fmt: skip
def test_a_right_sentence_is_left_alone(sentence):
    assert wording_problems(data(markdown=sentence)) == []


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": "stderr", "text": "RuntimeWarning: mean of empty slice"},
        {"output_type": "display_data", "data": {"text/plain": "Figure of 0 panels"}},
        {"output_type": "display_data", "data": {"text/plain": "Figure of 1 panel\n1. loss over epoch\n   a: y no finite values"}},
        {"output_type": "execute_result", "data": {"text/plain": "Empty DataFrame", "text/html": "<table>"}},
        {"output_type": "execute_result", "data": {"text/plain": "a 0.1 (nan to nan)", "text/html": "<table>"}},
    ],
)
def test_warnings_and_empty_figures_and_tables_are_found(output):
    assert len(wording_problems(shown(output))) == 1


def test_a_verdict_from_one_seed_must_say_so():
    verdict = "A is better than B."
    assert wording_problems(data(markdown=verdict)) == []
    assert len(wording_problems(data(markdown=verdict), one_seed=True)) == 1
    assert wording_problems(data(markdown=f"{verdict} From one seed alone."), one_seed=True) == []
