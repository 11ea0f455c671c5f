"""The exporter's folder, copied under another name, works without the rest of the project."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import from_dict
from nbformat.v4 import new_markdown_cell, new_notebook

import report.typst

PROGRAM = """
import sys
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from my_exporter.command import main
from my_exporter import TypstHTMLExporter, TypstPDFExporter
notebook = new_notebook(cells=[new_markdown_cell("# Title\\n\\n$x^2$"), new_code_cell("1")])
print(TypstPDFExporter().from_notebook_node(notebook)[0][:5])
print("<math" in TypstHTMLExporter().from_notebook_node(notebook)[0])
nbformat.write(notebook, "a.ipynb")
print(main(["a.ipynb", "-o", "a.html"]))
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("report", "mlp_core")))
"""


@pytest.mark.long
def test_a_copy_of_the_folder_is_an_exporter_and_a_command(tmp_path):
    copy = tmp_path / "my_exporter"
    shutil.copytree(Path(report.typst.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["b'%PDF-'", "True", "0", "[]"]


def test_notebooks_are_joined_under_their_names():
    cells = [new_markdown_cell("# A\n\n@sec-b"), new_markdown_cell("$\\nope$")]
    first = new_notebook(cells=cells[:1], metadata={"language_info": {"name": "x"}})
    second = new_notebook(cells=cells[1:])
    joined = report.typst.merge([("01.ipynb", first), ("02.ipynb", second)])
    assert joined["metadata"] == {"language_info": {"name": "x"}}
    assert len({cell["id"] for cell in joined["cells"]}) == 2
    with pytest.raises(report.typst.ConversionError) as error:
        report.typst.TypstExporter(strict=True).from_notebook_node(from_dict(joined))
    assert sorted(problem.partition(":")[0] for problem in error.value.problems) == [
        "01.ipynb, cell 1 (`# A`)", "02.ipynb, cell 1 (`$\\nope$`)",
    ]  # fmt: skip
