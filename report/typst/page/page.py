"""The page around the document: one file with its style, which loads nothing, and runs nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def page(body: str, *, title: str, lang: str, direction: str, authors: list[str], style: str, script: str = "") -> str:
    """Return a whole HTML document.

    Parameters
    ----------
    body : str
        Clean HTML.
    title, lang : str
        For the window, and for hyphenation and screen readers.
    direction : str
        ``ltr``, or ``rtl`` for a language that runs from right to left.
    authors : list of str
    style : str
        A style sheet.
    script : str
        The only one that may run, if any.
    """
    policy = f"{POLICY}; script-src {_hashed(script)}" if script else POLICY
    module = f'<script type="module">{script}</script>\n' if script else ""
    people = "".join(f'<meta name="author" content="{escape(author)}">\n' for author in authors)
    return f"""<!DOCTYPE html>
<html lang="{escape(lang)}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{people}<title>{escape(title)}</title>
<style>
{style}</style>
{module}</head>
<body>
{body}
</body>
</html>
"""


def style_sheet() -> str:
    """Return the style sheet of the page."""
    return (HERE / "style.css").read_text(encoding="utf-8")


def contents_script() -> str:
    """Return the script that marks in the contents what is being read."""
    return (HERE / "contents.js").read_text(encoding="utf-8")


def _hashed(script: str) -> str:
    """Return the source expression by which a policy knows a script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
