"""The settings of a document: each with its name, its form and what it is for, in one table.

They may stand in a notebook's ``metadata.report``, in nbconvert's flags (``--TypstPDFExporter.lang=de``), in those of
``python -m report.typst`` (``--lang=de``), and in the project's `report.yml`; ``settings.md`` lists them.
"""

import datetime
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .words import LANGUAGES, NONE, Words, words_of

SOLUTIONS = ("inline", "appendix", "hide")
"""Where solutions may stand: where they are written, at the end of the document, nowhere."""

PAPERS = {
    "a3": (297, 420),
    "a4": (210, 297),
    "a5": (148, 210),
    "iso-b5": (176, 250),
    "jis-b5": (182, 257),
    "us-letter": (215.9, 279.4),
    "us-legal": (215.9, 355.6),
    "us-executive": (184.15, 266.7),
}
"""Width and height of papers in mm, by Typst's names for them; ``us-`` and ``iso-`` may be left out."""

AUTHOR = ("name", "affiliation", "student_number", "email", "orcid")
"""What may be said of an author."""


class LookError(ValueError):
    """A setting that cannot be meant; the message says what was expected."""


@dataclass(frozen=True)
class Look:
    """What a setting is: its help, its form, and other names by which it goes (in Quarto, say)."""

    help: str
    form: str
    also: tuple[str, ...] = ()


def _look(form: str, help: str, *also: str) -> Any:
    made = {"text": "", "Markdown": "", "file": "", "language": "", "paper": "", "place": "", "yes or no": None}
    metadata = {"look": Look(help, form, also)}
    return (
        field(default=made[form], metadata=metadata) if form in made else field(default_factory=list, metadata=metadata)
    )


@dataclass(frozen=True, kw_only=True)
class Looks:
    """What the author of a document says of it; what is empty or None is not said."""

    title: str = _look("Markdown", "the title (default: the only heading of level 1, else the file's name)")
    subtitle: str = _look("Markdown", "the line below the title")
    short_title: str = _look("Markdown", "the title in the head of each page")
    authors: list[Any] = _look(
        "authors",
        "names, or mappings of " + ", ".join(AUTHOR) + "; in one text with semicolons (else commas) between",
        "author",
    )
    course: str = _look("text", "the course, on the title page")
    institution: str = _look("text", "the institution, on the title page")
    logo: str = _look("file", "a picture at the top of the title page")
    date: str = _look("Markdown", "the date on the title page (default of a report: that of its run)")
    abstract: str = _look(
        "Markdown",
        "the summary on the title page; in report.yml with numbers such as `{initialization.glorot_accuracy:.1%}`",
    )
    keywords: list[str] = _look("texts", "what the document is about")
    lang: str = _look(
        "language", "the language: words that are added, hyphens, quotation marks, direction (default: en)"
    )
    region: str = _look("text", "the country whose form of the language it is, where `lang` does not say so: BR")
    papersize: str = _look("paper", "the paper: " + ", ".join(PAPERS) + " (default: a4)", "paper")
    mainfont: list[str] = _look("texts", "fonts of the text, in the order in which they are tried")
    monofont: list[str] = _look("texts", "fonts of code", "codefont")
    mathfont: list[str] = _look("texts", "fonts of formulas, in the PDF")
    font_paths: list[str] = _look("folders", "folders with font files, for the PDF")
    template: str = _look("file", "a Typst file that defines `report`, the look of the PDF")
    css: str = _look("file", "a style sheet that comes behind that of the web page")
    csl: str = _look(
        "file", "the style of citations: a .csl file; for the PDF also a name that Typst knows (default: ieee)"
    )
    bibliography: str = _look("file", "a BibTeX file, of which a notebook cites with [@key]")
    echo: bool | None = _look(
        "yes or no", "whether code is shown; a cell says otherwise with `#| echo: true` (default: yes)"
    )
    fold_code: bool | None = _look(
        "yes or no", "whether code folds on the web page; a cell says otherwise with `#| code-fold: false`", "code_fold"
    )
    solutions: str = _look(
        "place", "where solutions of exercises stand: " + ", ".join(SOLUTIONS) + " (default: inline)"
    )
    titlepage: bool | None = _look("yes or no", "whether the title has a page of its own")
    contents: bool | None = _look("yes or no", "whether there is a table of contents", "toc")
    list_of_figures: bool | None = _look("yes or no", "whether a list of figures follows the contents", "lof")
    list_of_tables: bool | None = _look("yes or no", "whether a list of tables follows the contents", "lot")
    numbered: bool | None = _look(
        "yes or no", "whether headings have numbers (default: yes, where they have none already)", "number_sections"
    )
    floats: bool | None = _look("yes or no", "whether figures and tables move to the top or bottom of a page")
    run_on: bool | None = _look("yes or no", "whether chapters follow one another without a new page")


@dataclass(frozen=True, kw_only=True)
class Document(Looks):
    """All settings of the exporters, those among them that a report finds out by itself."""

    dataset_note: str = _look("Markdown", "a remark at the foot of the title page")
    from_zero: bool | None = _look("yes or no", "whether the first chapter has the number 0")
    timestamp: str = _look("text", "the date in the file's properties, in seconds since 1970 (default: now)")


LOOKS: dict[str, Look] = {one.name: one.metadata["look"] for one in fields(Document)}
_CANONICAL = {other: name for name, look in LOOKS.items() for other in look.also}


def canonical(key: str) -> str:
    """Return the name of a setting that may be written otherwise, as ``number-sections``; raise LookError for none.

    >>> canonical("number-sections"), canonical("lang")
    ('numbered', 'lang')
    """
    name = key.replace("-", "_")
    name = _CANONICAL.get(name, name)
    if name in LOOKS:
        return name
    raise LookError(f"unknown setting {key[:50]}{_near(name, [*LOOKS, *_CANONICAL])}; settings.md lists all")


def read(given: Mapping[Any, Any], tell: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Return settings by their names, in their forms; without those that say nothing.

    Parameters
    ----------
    given : mapping
    tell : callable, optional
        Takes one line for each that cannot be meant, which is left out.

    Raises
    ------
    LookError
        If one cannot be meant, and nobody is to be told.
    """
    found = {}
    for key, value in given.items():
        try:
            name = canonical(str(key))
            if value is not None and value != "" and value != []:
                if name in found:
                    raise LookError(f"{name} is said twice, the second time as {key}")
                found[name] = read_one(name, value)
        except LookError as error:
            if tell is None:
                raise
            tell(str(error))
    return found


def read_one(name: str, value: Any) -> Any:
    """Return the value of a setting in its form; raise LookError for one that cannot be meant."""
    look = LOOKS[name]
    return _FORMS[look.form](name, value)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | datetime.date):
        raise wrong(name, "a text", value)
    return str(value)


def _texts(name: str, value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple):
        raise wrong(name, "a list of texts", value)
    return [_text(name, one) for one in value]


def _switch(name: str, value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise wrong(name, "true or false", value)
    return words[str(value).lower()]


def _language(name: str, value: Any) -> str:
    lang, _ = language(_text(name, value))
    if lang not in (*LANGUAGES, NONE):
        raise wrong(name, f"one of {', '.join(LANGUAGES)}", value, LANGUAGES)
    return str(value)


def language(value: str) -> tuple[str, str]:
    """Return language and region of what is written ``en`` or ``pt-BR``.

    >>> language("pt_BR"), language("EN"), language("zh-Hant-TW")
    (('pt', 'BR'), ('en', ''), ('zh', 'TW'))
    """
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_][A-Za-z]{4})?(?:[-_.]([A-Za-z]{2})\b.*)?", value)
    if not match:
        raise wrong("lang", f"a language such as en or pt-BR: one of {', '.join(LANGUAGES)}", value)
    return match[1].lower(), (match[2] or "").upper()


def words_in(value: str) -> Words:
    """Return the words of a language as it is written.

    >>> words_in("pt-BR")["fig"]
    'Figura'
    """
    return words_of(language(value)[0])


def _paper(name: str, value: Any) -> str:
    text = _text(name, value).lower()
    for paper in (text, f"us-{text}", f"iso-{text}"):
        if paper in PAPERS:
            return paper
    raise wrong(name, f"one of {', '.join(PAPERS)}", value, [*PAPERS])


def _place(name: str, value: Any) -> str:
    if value not in SOLUTIONS:
        raise wrong(name, " or ".join(SOLUTIONS), value, [*SOLUTIONS])
    return str(value)


def read_authors(name: str, value: Any) -> list[dict[str, str]]:
    """Return what is said of each author: a name at least.

    >>> read_authors("authors", "King, Jr.; Ada")
    [{'name': 'King, Jr.'}, {'name': 'Ada'}]
    """
    if isinstance(value, str):
        value = [part.strip() for part in value.split(";" if ";" in value else ",")]
    made = [_author(name, one) for one in (value if isinstance(value, list | tuple) else [value])]
    return [author for author in made if author.get("name")]


def _author(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {"name": value}
    if not isinstance(value, Mapping):
        raise wrong(name, "a text or a mapping", value)
    said = {str(key).replace("-", "_"): one for key, one in value.items() if one}
    for key, one in said.items():
        if key not in AUTHOR:
            raise LookError(
                f"{name}: unknown field {key[:50]} of an author; expected {', '.join(AUTHOR)}{_near(key, [*AUTHOR])}"
            )
        if isinstance(one, list | tuple):
            said[key] = ", ".join(_text(name, part) for part in one)
    return {key: _text(name, said[key]) for key in AUTHOR if key in said}


def wrong(name: str, expected: str, value: Any, near: list[str] | None = None) -> LookError:
    """Return the error about a value that cannot be meant."""
    got = repr(value) if isinstance(value, str | int) and len(str(value)) < 50 else f"a {type(value).__name__}"
    return LookError(f"{name} must be {expected}, got {got}{_near(str(value)[:50], near or [])}")


def _near(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


_FORMS: dict[str, Callable[[str, Any], Any]] = {
    "text": _text,
    "Markdown": _text,
    "file": _text,
    "texts": _texts,
    "folders": _texts,
    "yes or no": _switch,
    "language": _language,
    "paper": _paper,
    "place": _place,
    "authors": read_authors,
}
