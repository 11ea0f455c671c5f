"""The exporter's folder, copied under another name, works without the rest of the project."""

import shutil
import subprocess
import sys
from pathlib import Path

import report.typst

PROGRAM = """
import sys
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from my_exporter import TypstHTMLExporter, TypstPDFExporter
notebook = new_notebook(cells=[new_markdown_cell("# Title\\n\\n$x^2$"), new_code_cell("1")])
print(TypstPDFExporter().from_notebook_node(notebook)[0][:5])
print("<math" in TypstHTMLExporter().from_notebook_node(notebook)[0])
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("report", "mlp_core")))
"""


def test_a_copy_of_the_folder_is_an_exporter(tmp_path):
    copy = tmp_path / "my_exporter"
    shutil.copytree(Path(report.typst.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["b'%PDF-'", "True", "[]"]
