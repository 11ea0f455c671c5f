"""Notebooks nobody wrote: words, code and what it shows, in any order and of any size, to see how they are set."""

import random

import nbformat
from typst_documents import code, markdown, notebook, png, printed, shown

WORDS = ("loss", "rate", "layer", "image", "weight", "step", "batch", "unit", "error", "gradient", "value", "class")


def random_notebook(seed: int, cells: int = 60) -> nbformat.NotebookNode:
    """Return a notebook of so many cells, set as a report is."""
    chance = random.Random(seed)
    made = [markdown("# Chapter\n\n" + _words(chance, 40))]
    made += [chance.choice(KINDS)(chance, place) for place in range(cells)]
    # figures that wait for a page need words to stand beside
    made += [markdown(_words(chance, 120)) for _ in range(40)]
    settings = {"floats": True, "run_on": True, "contents": True, "lang": "en"}
    return notebook(*made, title="Random", report=settings)


def _words(chance: random.Random, most: int, end: str = ".") -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(3, most))).capitalize() + end


def _heading(chance: random.Random, place: int) -> nbformat.NotebookNode:
    return markdown(f"{'#' * chance.choice((1, 2, 2, 3))} Heading {place}\n\n{_words(chance, 60)}")


def _prose(chance: random.Random, place: int) -> nbformat.NotebookNode:
    return markdown("\n\n".join(_words(chance, 150) for _ in range(chance.randint(1, 4))))


def _formula(chance: random.Random, place: int) -> nbformat.NotebookNode:
    return markdown(f"{_words(chance, 30, ':')}\n\n$$ \\sum_{{i=1}}^n \\frac{{a_i}}{{b_i}} $$\n\n{_words(chance, 30)}")


def _items(chance: random.Random, place: int) -> nbformat.NotebookNode:
    return markdown(f"{_words(chance, 20, ':')}\n\n" + "\n".join(f"- {_words(chance, 30)}" for _ in range(5)))


def _box(chance: random.Random, place: int) -> nbformat.NotebookNode:
    words = "\n>\n> ".join(_words(chance, 60) for _ in range(chance.randint(1, 3)))
    return markdown(f"{_words(chance, 40)}\n\n> {chance.choice(('[!TIP]', '[!NOTE]', '**Try this.**'))}\n> {words}")


def _source(chance: random.Random, option: str = "") -> str:
    return option + "\n".join(f"value_{line} = compute(value, {line})" for line in range(chance.randint(1, 15)))


def _printing(chance: random.Random, place: int) -> nbformat.NotebookNode:
    lines = "\n".join(_words(chance, 10) for _ in range(chance.choice((1, 3, 30))))
    return code(_source(chance), printed(lines))


def _introduced(chance: random.Random, place: int) -> nbformat.NotebookNode:
    return markdown(f"{_words(chance, 40, ':')}\n\n```python\n{_source(chance)}\n```")


def _table(chance: random.Random, place: int) -> nbformat.NotebookNode:
    rows = "".join(f"<tr><td>{row}</td><td>{chance.random():.3f}</td></tr>" for row in range(chance.randint(1, 40)))
    caption = f"#| tbl-cap: {_words(chance, 20)}\n" if chance.random() < 0.7 else ""
    table = f"<table><thead><tr><th>row</th><th>value</th></tr></thead><tbody>{rows}</tbody></table>"
    return code(_source(chance, caption), shown("text/html", table))


def _figure(chance: random.Random, place: int) -> nbformat.NotebookNode:
    caption = f"#| fig-cap: {_words(chance, 30)}\n" if chance.random() < 0.7 else ""
    return code(_source(chance, caption), shown("image/png", png(500, chance.randint(100, 600))))


KINDS = (_heading, _prose, _prose, _formula, _items, _box, _printing, _introduced, _table, _figure)
