"""The table in ``settings.md``: ``python -m report.typst.settings_table`` writes it anew from `looks.LOOKS`."""

from dataclasses import fields
from pathlib import Path

from .looks import LOOKS, Looks

PAGE = Path(__file__).with_name("settings.md")
START, END = "<!-- the table, written by settings_table.py -->", "<!-- end of the table -->"


def table() -> str:
    """Return the table: a row for each setting, last those that a report finds out."""
    rows = ["| setting | also | form | what it is |", "|---|---|---|---|"]
    own = {one.name for one in fields(Looks)}
    for name, look in LOOKS.items():
        note = "" if name in own else "; a report finds it out by itself"
        also = ", ".join(f"`{other}`" for other in look.also)
        help_ = look.help.replace("|", r"\|")
        rows.append(f"| `{name}` | {also} | {look.form} | {help_}{note} |")
    return "\n".join(rows)


def page() -> str:
    """Return the page with the table as it is now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    return f"{before}{START}\n\n{table()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
