"""nbconvert exporters that typeset any notebook with Typst: ``jupyter nbconvert --to typstpdf any.ipynb``.

The way of a notebook through the rooms of this package, which imports nothing else of the project:

1. `exporter` and `pdf` are what nbconvert calls; `html_exporter` the one for a web page, its rooms in ``page/``.
2. `options` gathers the options of each cell (``#| fig-cap: ...``, tags); `looks` is the table of the settings of a
   document, which `metadata` gathers, `flags` offers nbconvert, and ``settings.md`` lists; `own_files` finds the files
   that they name; ``words/`` has what a document adds to its author's words, a file for each language.
3. `assembly` makes each cell a list of parts; `outputs` chooses the form of an output that prints best, `terminal`
   reads printed text with its colours, `tables` plain HTML tables, `images` finds and measures pictures.
4. `pandoc` reads the parts (``filters/reader.lua``) to one syntax tree, in which ``boxes/`` finds and numbers notes,
   theorems and exercises, and ``formulas/`` typesets the TeX.
5. ``filters/typst.lua`` writes the tree as Typst, room by room: references, anchors, figures, tables, code; what it
   has to tell comes back as notes, which `references` and `exporter` judge.
6. ``templates/`` holds the look, by the fonts and the paper of `sheet`; `direction` turns what runs from right to left;
   `glyphs` deals with characters that no font has; `merge` joins notebooks.

``python -m report.typst a.ipynb b.ipynb -o hand-in.pdf`` (`command`) makes one document of several: `hand_in` reads
them, `chapters` begins each with its heading, and `writing` writes it whole or not at all.

The rooms are imported where a name is asked for: the command line has something to say before (`__main__`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import ConversionError
    from .exporter import TypstExporter
    from .html_exporter import TypstHTMLExporter
    from .merging import merge
    from .pdf import TypstPDFExporter

__all__ = ["ConversionError", "TypstExporter", "TypstHTMLExporter", "TypstPDFExporter", "merge"]
_ROOMS = dict(zip(__all__, ("errors", "exporter", "html_exporter", "pdf", "merging"), strict=True))


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_ROOMS[name]}", __name__), name)
