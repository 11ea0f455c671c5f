"""The JSON Schema of `report.yml`, by which editors complete it: ``python -m report.schema`` writes it."""

import json
from pathlib import Path
from typing import Any

from report.contents import Chapter
from report.settings import IN_FILE, OPTIONS, required

PATH = Path(__file__).with_name("report.schema.json")

TEXT = {"type": "string"}
TYPES: dict[Any, dict[str, Any]] = {
    str: TEXT,
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 1},
    list[str]: {"type": "array", "items": TEXT},
    list[Chapter]: {"type": "array", "items": {"anyOf": [TEXT, *(
        {
            "type": "object", "properties": {"notebook": TEXT, key: {"const": value}}, "required": ["notebook", key],
            "additionalProperties": False,
        }
        for key, value in (("after", "all"), ("start", "first"))
    )]}},
    dict[str, dict[str, Any]]: {"type": "object", "additionalProperties": {
        "type": ["object", "null"], "properties": {"dataset": TEXT},
        "additionalProperties": {"type": ["object", "null"]},
    }},
}  # fmt: skip
"""What JSON Schema calls the type of a field."""

NOT_EMPTY = {"string": {"minLength": 1}, "array": {"minItems": 1}, "object": {"minProperties": 1}}


def schema() -> dict[str, Any]:
    """Return the schema, made from the fields of `report.settings.Settings`."""
    keys = {name: TYPES[one.type] | {"description": OPTIONS[name].help} for name, one in IN_FILE.items()}
    needed = [name for name in keys if required(name)]
    keys |= {name: keys[name] | NOT_EMPTY[keys[name]["type"]] for name in needed}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#", "title": "The settings of the course report",
        "type": "object", "properties": keys, "required": needed, "additionalProperties": False,
    }  # fmt: skip


def text() -> str:
    """Return the schema as its file holds it."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
