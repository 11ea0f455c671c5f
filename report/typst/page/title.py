"""The title block of a page: its title, its authors, its logo; and the looks that the settings ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from .document import Page, inline_meta
from .tree import raw_block

_PROSE = ("title", "subtitle", "date", "dataset_note", "institution", "course")
_GENERIC = {"mainfont": ("body", "serif"), "monofont": ("code, pre, kbd, samp, .mono", "monospace")}
"""What has the fonts of a setting, and the family of all fonts of their kind."""


def names_of(authors: list[Any]) -> list[str]:
    """Return the names of authors, of whom nothing or more is said."""
    return [author if isinstance(author, str) else author["name"] for author in authors]


def title_block(meta: dict[str, Any], made: Page, metadata: Mapping[str, Any]) -> None:
    """Give the template the words of the title block.

    Parameters
    ----------
    meta : dict
        That of the tree, which is changed in place.
    made : Page
    metadata : mapping
        Of the document, from `metadata.document_metadata`.
    """
    for name in _PROSE:
        if name in meta:
            meta[name] = made.refer_in(inline_meta(meta[name]))
    meta |= {"abstract": made.refer_in(meta["abstract"])} if "abstract" in meta else {}
    meta["lists"] = {"t": "MetaBlocks", "c": made.front()}
    meta["byline"] = {"t": "MetaBlocks", "c": [raw_block(_authors(metadata["authors"], made.names))]}
    contents = "yes" if made.switches.get("contents") else ""
    texts = {"keyword_line": " · ".join(metadata["keywords"]), "show_contents": contents}
    texts |= {f"{name}_name": made.names[name] for name in ("abstract", "keywords", "contents")}
    meta |= {name: {"t": "MetaString", "c": text} for name, text in texts.items() if text}
    if logo := metadata.get("logo"):
        made.place_in_settings()
        alt = escape(metadata.get("institution", "Logo"))
        image = f'<p class="logo"><img src="{made.image(logo)}" alt="{alt}"></p>'
        meta["logo"] = {"t": "MetaBlocks", "c": [raw_block(image)]}


def _authors(authors: list[Any], names: Mapping[str, Any]) -> str:
    """Return the authors as HTML: in one line, or each with what is said of them."""
    if all(isinstance(author, str) for author in authors):
        shown = [escape(author) for author in authors]
        joined = names["and"].join(filter(None, [names["comma"].join(shown[:-1]), *shown[-1:]]))
        return f'<p class="authors">{joined}</p>' if joined else ""
    items = "".join(f"<li>{'<br>'.join(_lines(one, names))}</li>" for one in authors)
    return f'<ul class="authors">{items}</ul>'


def _lines(author: Any, names: Mapping[str, Any]) -> list[str]:
    said = {"name": author} if isinstance(author, str) else author
    about = {name: escape(text) for name, text in said.items()}
    lines = [f"<strong>{about['name']}</strong>"]
    if "student_number" in about:
        lines.append(f"{escape(names['student_number'])} {about['student_number']}")
    lines += [about["affiliation"]] if "affiliation" in about else []
    lines += [f'<a href="mailto:{about["email"]}">{about["email"]}</a>'] if "email" in about else []
    if orcid := about.get("orcid", "").rpartition("/")[2]:
        lines.append(f'<a href="https://orcid.org/{orcid}">ORCID {orcid}</a>')
    return lines


def own_style(settings: Mapping[str, Any]) -> str:
    """Return the style sheet for the fonts, the paper and the style sheet that settings name."""
    rules = [f"{place} {{ font-family: {_families(settings[name])}, {kind}; }}"
             for name, (place, kind) in _GENERIC.items() if settings.get(name)]  # fmt: skip
    if paper := settings.get("papersize"):
        rules.append(f"@page {{ size: {paper.rpartition('-')[2]}; }}")
    own = Path(settings["css"]).read_text(encoding="utf-8") if "css" in settings else ""
    return "".join(f"{rule}\n" for rule in [*rules, own] if rule).replace("</", "<\\/")


def _families(fonts: list[str]) -> str:
    """Return names of fonts as CSS has them."""
    return ", ".join('"' + re.sub(r'["\\\n]', "", font) + '"' for font in fonts)
