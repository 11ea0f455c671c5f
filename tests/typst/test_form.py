"""What a notebook lacks and no document needs is filled in."""

import json
from pathlib import Path
from typing import Any

import pytest

from report.typst import TypstHTMLExporter
from report.typst.command import main
from report.typst.form import check_form, converted

FOUR = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}
WORDS = {"cell_type": "markdown", "id": "one", "metadata": {}, "source": "Words"}
CODE = {"cell_type": "code", "id": "two", "metadata": {}, "source": "f()", "outputs": [], "execution_count": None}


@pytest.mark.parametrize(
    "document",
    [
        {"nbformat": 4, "cells": [WORDS]},
        {**FOUR, "metadata": None, "cells": [WORDS]},
        {**FOUR, "metadata": {"kernelspec": "python3", "authors": "Ada King"}, "cells": [WORDS]},
        {**FOUR, "cells": [{"cell_type": "markdown", "source": "Words"}]},
        {**FOUR, "cells": [{**WORDS, "id": "$ 1"}, {"cell_type": "markdown", "id": "$ 1"}]},
        {**FOUR, "cells": [{"cell_type": "heading", "level": 2, "source": ["Wor", "ds"]}]},
        {**FOUR, "cells": [{"cell_type": "of tomorrow", "source": "Words"}]},
        {**FOUR, "cells": [{"cell_type": "code", "source": "f()", "outputs": None}, WORDS]},
        {**FOUR, "cells": [{**CODE, "outputs": [{"output_type": "stream", "text": "Words"}]}]},
        {**FOUR, "cells": [{**CODE, "outputs": [{"output_type": "pyout", "text": ["Words"]}]}]},
        {**FOUR, "cells": [{**CODE, "outputs": [{"output_type": "execute_result", "data": {"text/plain": "Words"}}]}]},
        {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "markdown", "source": "Words", "metadata": {}}]}]},
        {"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "markdown", "source": "Words"}]}]},
    ],
)  # fmt: skip
def test_what_a_notebook_lacks_and_no_document_needs_is_filled_in(document: dict[str, Any]) -> None:
    made = converted(json.loads(json.dumps(document)))
    check_form(made, "a.ipynb")
    assert "Words" in json.dumps(made) or [cell.source for cell in made.cells] == ["## Words"]


WRONG = {"jupyter": "none", "scrolled": 3, "collapsed": "no", "execution": [1], "name": 5, "format": [], "label": [1]}


def test_metadata_that_mean_nothing_cost_no_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ipynb"
    cells = [{**WORDS, "metadata": {key: WRONG[key]}} for key in ("jupyter", "name")]
    cells.append({**CODE, "metadata": {"alt": "kept", **WRONG}})
    made = {**FOUR, "metadata": {"report": "of 1999", "title": 5}, "cells": cells}
    path.write_text(json.dumps(made), encoding="utf-8")
    assert TypstHTMLExporter().from_filename(str(path))[0].count("Words") == 2
    assert main([str(path), "-o", str(tmp_path / "a.html")]) == 0
    told = capsys.readouterr().err
    assert "cell 1: metadata.jupyter has another form than nbformat's; it is left out" in told.replace("\n", " ")
    assert "metadata.title has another form" in told
    assert main([str(path), "-o", str(tmp_path / "b.html"), "--strict"]) != 0
    assert not (tmp_path / "b.html").exists()


def test_a_tag_may_stand_without_its_list() -> None:
    made = converted({**FOUR, "cells": [{**CODE, "metadata": {"tags": "remove-cell"}}]})
    assert made.cells[0].metadata.tags == ["remove-cell"]


def test_nbconvert_has_it_filled_in_too(tmp_path: Path) -> None:
    cell = {"cell_type": "markdown", "source": "Words"}
    (tmp_path / "a.ipynb").write_text(json.dumps({"nbformat": 2, "worksheets": [{"cells": [cell]}]}), encoding="utf-8")
    assert "Words" in TypstHTMLExporter().from_filename(str(tmp_path / "a.ipynb"))[0]
