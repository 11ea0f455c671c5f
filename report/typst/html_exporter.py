"""The exporter from a notebook to one self-contained HTML page."""

import base64
import re
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from traitlets import Unicode, default

from .boxes.arrange import arrange
from .children import Limits
from .elsewhere import name_elsewhere
from .errors import ConversionError
from .exporter import TypstExporter, joined
from .formulas.document import typeset
from .formulas.output_html import HTMLFormulas
from .headings import callable_names
from .images import ImageStore, Place
from .page.document import Page, text_of_meta
from .page.mathfont import font_face
from .page.page import contents_script, page, style_sheet
from .page.quotes import quoted
from .page.safety import clean
from .page.title import names_of, own_style, title_block
from .pandoc import read, read_references, write_html
from .words import words_of

WEB = Path(__file__).parent / "page"
_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
WIDE = 560
"""Pixels; an image that is wider does not shrink below them: it scrolls (see ``img.wide`` in the style sheet)."""

_EMPTY_HEADER = re.compile(r"<th[^>]*>\s*</th>")
_REFERENCE = re.compile("\ue001(ref|eqref):([^\ue001]+)\ue001")


class TypstHTMLExporter(TypstExporter):
    """Notebook to one HTML file: the same document as the PDF, with MathML, and no script but one for its contents."""

    _is_page = True
    _image_place = re.compile('<img src="\ue002(image-\\d+)\ue002" alt="([^"]*)"([^>]*)>')

    export_from_notebook = "HTML page"
    output_mimetype = "text/html"

    style = Unicode("", help="A style sheet to use in place of the page's own.").tag(config=True)

    @default("file_extension")
    def _default_file_extension(self) -> str:
        return ".html"

    def _image_store(self, folder: Path, resources: dict, authored: set[Place]) -> ImageStore:
        return PageImages(folder, authored=authored)

    def _finish(self, text: str, resources: dict, nb: NotebookNode) -> tuple[Any, dict]:
        resources["outputs"] = {}
        return text, resources

    def _of_bibliography(self, name: str, data: bytes) -> bytes:
        return data  # pandoc reads the formulas of TeX

    def _filled(self, text: str, arguments: dict[str, str]) -> str:
        def filled(match: re.Match[str]) -> str:
            target, alt, more = match.groups()
            given = arguments[target]
            return f'<img {given} alt="{alt}"{more}>' if given.startswith("src=") else _lost(alt, given)

        return self._image_place.sub(filled, text)

    def _convert(self, document: dict[str, Any], store: ImageStore, limits: Limits) -> tuple[str, dict[str, list]]:
        """Return the page of a document, with marks for its images, and what was noted on the way."""
        tree = read(document, limits)
        name_elsewhere(tree, self.elsewhere)
        box_notes = arrange(tree)
        formulas = HTMLFormulas()
        notes = typeset(tree, formulas) | {"headings": callable_names(tree["blocks"])}
        names = words_of(document["metadata"]["lang"])
        tree["meta"], tree["blocks"] = quoted(tree["meta"], names), quoted(tree["blocks"], names)
        made = Page(tree, formulas.numbers, names)
        tree["blocks"] = made.blocks()
        title_block(tree["meta"], made, document["metadata"])
        html = _EMPTY_HEADER.sub("<td></td>", self._write(tree, store, limits))
        html = _REFERENCE.sub(lambda mark: _number(made, *mark.groups()), clean(html))
        style = Path(self.style).read_text(encoding="utf-8") if self.style else style_sheet()
        html = page(
            html, title=text_of_meta(tree["meta"]["title"]), lang=_tag(document["metadata"]),
            direction=names["direction"], authors=names_of(document["metadata"]["authors"]),
            style=font_face(html) + style + own_style(self.settings),
            script=contents_script() if '<nav id="contents"' in html else "",
        )  # fmt: skip
        return html, joined(made.notes, box_notes, notes)

    def _write(self, tree: dict[str, Any], store: ImageStore, limits: Limits) -> str:
        """Run pandoc's writer, with citations where there is a bibliography."""
        options = ["--template", str(WEB / "fragment.html"), "--toc-depth=2"]
        if text_of_meta(tree["meta"].get("show_contents")):
            options.append("--toc")
        file = text_of_meta(tree["meta"].pop("bibliography", None))
        if file:
            options += ["--citeproc", "--csl", self._csl()]
        with tempfile.TemporaryDirectory() as folder:
            if file.endswith(".bib"):
                text = store.files[file].decode("utf-8")
                references = read_references(text, limits, text_of_meta(tree["meta"]["lang"]))
                tree["meta"]["references"] = {"t": "MetaList", "c": references}
            elif file:
                path = Path(folder, Path(file).name)
                path.write_bytes(store.files[file])
                options += ["--bibliography", str(path)]
            return write_html(tree, limits, *options, "--metadata=link-citations:true")

    def _csl(self) -> str:
        """Return the file of the style of citations."""
        csl = self.settings.get("csl", "ieee")
        if not csl.endswith(".csl") and csl != "ieee":
            problem = f"the settings: a web page takes no csl by name, got {csl}; a .csl file serves the PDF, too"
            if self.strict:
                raise ConversionError([problem])
            self._warn(f"{problem}; citations have numbers")
        return csl if csl.endswith(".csl") else str(WEB / "numeric.csl")


class PageImages(ImageStore):
    """Images as data inside the page."""

    def resolve(self, source: str, notebook: str, cell: int) -> str:
        """Return the attributes of img that show the image a cell names: src, width and height."""
        data, suffix, width, height = self.prepared(source, notebook, cell)
        address = f"data:{_TYPES[suffix]};base64,{base64.b64encode(data).decode('ascii')}"
        wide = ' class="wide"' if width / 0.75 > WIDE else ""
        return f'src="{address}" width="{width / 0.75:.0f}" height="{height / 0.75:.0f}"{wide}'

    def instead(self, source: str, words: str) -> str:
        """Return what stands in the place of an image beside its alternative text, as HTML."""
        text = escape(self.named(source, words))
        is_link = source.startswith(("http://", "https://"))
        return f'<a href="{escape(source)}">{text}</a>' if is_link else text


def _lost(alt: str, address: str) -> str:
    """Return what stands in the place of an image; both arguments are HTML."""
    return f'<span class="placeholder">{alt}{" – " if alt else ""}{address}</span>'


def _number(made: Page, kind: str, label: str) -> str:
    r"""Return the number that a `\ref` or `\eqref` stands for."""
    if label not in made.labels.numbers:
        return escape(f"\\{kind}{{{label}}}")
    number = made.labels.numbers[label][1]
    return escape(f"({number})" if kind == "eqref" else number)


def _tag(metadata: dict[str, Any]) -> str:
    """Return the language of a document as HTML has it: ``pt-BR``."""
    return "-".join(filter(None, [metadata["lang"], metadata.get("region")]))
