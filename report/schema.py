"""The JSON Schema of `report.yml`, by which editors complete it: ``python -m report.schema`` writes it."""

import json
from pathlib import Path
from typing import Any

from report.contents import PLACES, Chapter
from report.settings import IN_FILE, NEEDED, OPTIONS
from report.typst.looks import AUTHOR

PATH = Path(__file__).with_name("report.schema.json")

TEXT = {"type": "string"}
TYPES: dict[Any, dict[str, Any]] = {
    str: TEXT,
    bool: {"type": "boolean"},
    bool | None: {"type": "boolean"},
    int: {"type": "integer", "minimum": 1},
    list[str]: {"type": "array", "items": TEXT},
    list[Any]: {"type": "array", "items": {"anyOf": [TEXT, {
        "type": "object", "properties": dict.fromkeys(AUTHOR, {}), "required": ["name"], "additionalProperties": False,
    }]}},
    list[Chapter]: {"type": "array", "items": {"anyOf": [TEXT, {
        "type": "object", "properties": {"notebook": TEXT} | {key: {"const": value} for key, value in PLACES.items()},
        "required": ["notebook"], "minProperties": 2, "additionalProperties": False,
    }]}},
    dict[str, dict[str, Any]]: {"type": "object", "additionalProperties": {
        "type": ["object", "null"], "properties": {"dataset": TEXT, "extends": TEXT},
        "additionalProperties": {"type": ["object", "null"]},
    }},
}  # fmt: skip
"""What JSON Schema calls the type of a field."""

NOT_EMPTY = {"string": {"minLength": 1}, "array": {"minItems": 1}, "object": {"minProperties": 1}}


def schema() -> dict[str, Any]:
    """Return the schema, made from the fields of `report.settings.Settings`."""
    keys = {name: {"description": OPTIONS[name].help} | TYPES[one.type] for name, one in IN_FILE.items()}
    for key in IN_FILE:
        keys[key] |= {"enum": OPTIONS[key].choices} if OPTIONS[key].choices else {}
    for key in NEEDED:
        keys[key] |= NOT_EMPTY[keys[key]["type"]]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#", "title": "The settings of the course report",
        "type": "object", "properties": keys, "required": NEEDED, "additionalProperties": False,
    }  # fmt: skip


if __name__ == "__main__":
    PATH.write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8")
