"""From a notebook to the document that `filters/reader.lua` reads: cells, each a list of parts."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Any

from nbformat import NotebookNode

from .boxes.directives import divs
from .fences import close_fences
from .images import ImageStore, Place
from .leniency import typed
from .options import OPTIONS
from .outputs import Choice, choose, is_plot_value
from .prose.latex import as_markdown
from .roles import plain as without_roles
from .tables import plain_grid
from .terminal import runs
from .words import Words

_MAGIC_LANGUAGES = {
    "bash": "bash",
    "sh": "bash",
    "html": "html",
    "javascript": "js",
    "js": "js",
    "latex": "latex",
    "markdown": "markdown",
    "svg": "xml",
    "perl": "perl",
    "ruby": "ruby",
    "sql": "sql",
    "cython": "python",
}
_FOLDS = {True: "closed", "show": "open"}
_TABULAR = re.compile(r"\\begin\{(tabular|longtable|table)")

PARTS = ("appendix", "solution")
"""What a cell may say that it is, in its metadata `report_part`, if it is none of the body's."""

Part = dict[str, Any]


def cells(
    notebook: NotebookNode,
    store: ImageStore,
    *,
    echo: bool = True,
    fold: bool = False,
    page: bool = False,
    typst: bool = False,
    plain: Collection[Place] = (),
    words: Words,
) -> list[dict[str, Any]]:
    """Return the cells of the document.

    Parameters
    ----------
    notebook : NotebookNode
        After `CellOptionsPreprocessor`.
    store : ImageStore
        Takes the images of outputs and attachments.
    echo : bool
        Whether code is shown where no option or tag says otherwise.
    fold : bool
        Whether it folds on a page where no option says otherwise.
    page : bool
        Whether this becomes a page, on which code that is hidden, not removed, folds.
    typst : bool
        Whether Markdown cells may hold raw Typst.
    plain : collection of (str, int)
        The cells that are shown as they are typed.
    words : dict
        The words of the document's language.
    """
    out = []
    for cell in notebook.cells:
        source = cell.metadata.source
        _fold(cell.metadata[OPTIONS], fold, page)
        is_plain = (source["notebook"], source["cell"]) in plain
        parts = typed(cell) if is_plain else _parts(cell, store, echo, _language(notebook))
        parts = [made for part in parts if (made := _worded(part, words))]
        trusted = typst and cell.cell_type == "markdown" and not is_plain
        if trusted:
            parts = [{**part, "extension": "+raw_attribute"} for part in parts]
        out.append(
            {
                "notebook": source["notebook"],
                "cell": str(source["cell"]),
                "line": source["line"],
                "typst": trusted,
                "parts": parts,
                "role": part if (part := cell.metadata.get("report_part")) in PARTS else "body",
            }
        )
    return out


def _fold(options: dict[str, Any], fold: bool, page: bool) -> None:
    hidden = not options.get("print-code", True)
    options.setdefault("code-fold", fold or hidden)
    if hidden and not page:
        options["echo"] = False


def _worded(part: Part, words: Words) -> Part | None:
    """Return a part with what is said of it; what a terminal shows in runs, or not at all where that is nothing."""
    if part["kind"] == "placeholder":
        return {"kind": "placeholder", "text": part["what"].words(words)}
    if part["kind"] != "terminal":
        return part
    found = runs(part.pop("text"), words)
    return part | {"runs": found} if found else None


def _parts(cell: NotebookNode, store: ImageStore, echo: bool, language: str) -> list[Part]:
    store.add_attachments(cell)
    options = cell.metadata[OPTIONS]
    if not options.get("include", True):
        return []
    if cell.cell_type == "markdown":
        return [{"kind": "markdown", "text": close_fences(without_roles(divs(cell.source)))}]
    if cell.cell_type == "raw":
        return _raw(cell)
    parts = [_code(cell.source, options, language)] if options.get("echo", echo) and cell.source.strip() else []
    if options.get("output", True):
        parts += _outputs(cell, options, store)
    return parts


def _raw(cell: NotebookNode) -> list[Part]:
    """Raw cells hold what is meant for one format: Typst, Markdown and LaTeX are taken; others are not for us."""
    form = str(cell.metadata.get("raw_mimetype", cell.metadata.get("format", "")))
    form = form.removeprefix("text/").removeprefix("x-")
    if form == "markdown":
        return [{"kind": "markdown", "text": without_roles(divs(cell.source))}]
    if form in ("typst", "latex"):
        return [{"kind": "raw", "format": form, "text": cell.source}]
    if form in ("", "plain"):
        return [{"kind": "terminal", "stream": "result", "text": cell.source}] if cell.source.strip() else []
    return []


def _language(notebook: NotebookNode) -> str:
    info, kernel = notebook.metadata.get("language_info", {}), notebook.metadata.get("kernelspec", {})
    return str(info.get("name") or kernel.get("language") or "python").lower()


def _code(source: str, options: dict[str, Any], language: str) -> Part:
    magic = re.match(r"%%(\w+)", source)
    label = str(options.get("label") or "")
    label = label if label.startswith("lst-") else str(options.get("lst-label") or "")
    return {
        "kind": "code",
        "text": source.rstrip("\n"),
        "caption": options.get("lst-cap"),
        "label": label,
        "language": _MAGIC_LANGUAGES.get(magic.group(1), "python") if magic else language,
        "fold": _FOLDS.get(options.get("code-fold"), ""),
        "summary": str(options.get("code-summary") or ""),
    }


def _outputs(cell: NotebookNode, options: dict[str, Any], store: ImageStore) -> list[Part]:
    """Return the parts for a cell's outputs; its images are one figure where the cell labels or captions them."""
    choices = [choose(output) if "data" in output else output for output in _joined(cell.outputs)]
    images = [choice for choice in choices if isinstance(choice, Choice) and choice.kind == "image"]
    together = len(images) > 1 and bool(_label(options, "fig") or options.get("fig-cap"))
    state = {"image": 0, "table": 0}
    parts: list[Part] = []
    for choice in choices:
        if choice is None or (images and _is_plot_value(choice)):
            continue
        if not isinstance(choice, Choice):
            parts += _stream(choice)
        elif choice.kind != "image":
            parts += _display(choice, options, state)
        elif not together or state["image"] == 0:
            parts.append(_figure(images if together else [choice], options, store, state["image"]))
            state["image"] += 1
    return parts


def _joined(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield outputs, one for what is printed in a row: in how many messages a kernel sends it is chance."""
    for _, group in groupby(outputs, key=lambda one: one.get("name", "stdout") if _is_printed(one) else id(one)):
        first, *more = group
        if more:
            first = NotebookNode({**first, "text": "".join("".join(one.get("text", "")) for one in (first, *more))})
        yield first


def _is_printed(output: NotebookNode) -> bool:
    return bool(output.output_type == "stream")


def _is_plot_value(choice: Choice | NotebookNode) -> bool:
    return isinstance(choice, Choice) and choice.kind == "text" and is_plot_value(choice.data)


def _stream(output: NotebookNode) -> list[Part]:
    if output.output_type == "error":
        text, stream = "\n".join(output.get("traceback") or [f"{output.get('ename')}: {output.get('evalue')}"]), "error"
    else:
        text, stream = "".join(output.get("text", "")), output.get("name", "stdout")
    return [{"kind": "terminal", "stream": stream, "text": text}]


def _display(choice: Choice, options: dict[str, Any], state: dict[str, int]) -> list[Part]:
    """Return the part for anything but an image; tables, in whatever form, take the cell's table caption."""
    data = choice.data
    if choice.kind == "placeholder":
        what, source = data
        return [{"kind": "placeholder", "what": what}, *([_code(source, {}, "mermaid")] if source else [])]
    if choice.kind == "text":
        return [{"kind": "terminal", "stream": "result", "text": data}] if data.strip() else []
    if choice.kind == "html":
        return [{"kind": "html", "text": data}]
    if choice.kind == "latex" and not _TABULAR.search(data):
        return [{"kind": "markdown", "text": as_markdown(data)}]
    form = {"table": "html"}.get(choice.kind, choice.kind)
    captioned = form != "markdown" or _label(options, "tbl") or options.get("tbl-cap")
    if not captioned:
        return [{"kind": "markdown", "text": close_fences(without_roles(divs(data))), "quotes": choice.is_prose}]
    index = state["table"]
    state["table"] += 1
    grid = plain_grid(data) if form == "html" else None
    if grid:
        form, data = "grid", grid
    return [
        {
            "kind": "table",
            "format": form,
            "text": data,
            "caption": _item(options.get("tbl-cap"), index),
            "label": _label(options, "tbl") if index == 0 else "",
            "turned": bool(options.get("tbl-rotate")),
            "placement": options.get("placement"),
        }
    ]


def _figure(images: list[Choice], options: dict[str, Any], store: ImageStore, index: int) -> Part:
    captions, alts = options.get("fig-cap"), options.get("fig-alt")
    below = options.get("fig-subcap")
    if len(images) > 1 and isinstance(captions, list) and not below:
        below, captions = captions[-len(images) :], (captions[0] if len(captions) > len(images) else None)
    sources = [store.add_output(image.mime, image.data) for image in images]
    pictures = [
        {"source": source, "alt": _item(alts, index + k, repeat=True), "caption": _item(below, k)}
        for k, source in enumerate(sources)
    ]
    return {
        "kind": "figure",
        "images": pictures,
        "caption": _item(captions, index),
        "label": _label(options, "fig") if index == 0 else "",
        "width": str(options.get("fig-width") or options.get("out-width") or ""),
        "columns": str(options.get("layout-ncol") or ""),
        "placement": options.get("placement"),
    }


def _label(options: dict[str, Any], kind: str) -> str:
    label = str(options.get("label") or "")
    return label if label.startswith((f"{kind}-", f"{kind}:")) else ""


def _item(value: Any, index: int, *, repeat: bool = False) -> str:
    """Return the item of a list for one of several outputs; a single text belongs to the first of them."""
    if isinstance(value, list):
        return str(value[index]) if index < len(value) else ""
    return str(value) if value is not None and (index == 0 or repeat) else ""
