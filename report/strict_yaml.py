"""YAML as settings need it: plain values only, read as they look, within bounds.

YAML 1.1 takes ``010`` for 8, ``1:30`` for 90, ``2024-01-01`` for a date, and of two like keys the last one.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from report.errors import ConfigError, shown

MAX_BYTES = 200_000
MAX_DEPTH = 20
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_INT = re.compile(r"[-+]?[0-9]{1,300}$")
_FLOAT = re.compile(r"[-+]?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})(?:[eE][-+]?[0-9]{1,5})?$")


class _Loader(yaml.SafeLoader):
    """Reads no anchors, aliases and tags, no key twice, nothing deep, and numbers in base ten only."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":bool", ":null"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(None, None, "anchors and aliases are not taken: write it out", event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(None, None, f"tags such as {event.tag} are not taken", event.start_mark)
        if self.depth >= MAX_DEPTH:
            raise yaml.MarkedYAMLError(None, None, f"more than {MAX_DEPTH} levels deep", event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)  # type: ignore[no-untyped-call]
        finally:
            self.depth -= 1

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]  # type: ignore[no-untyped-call]
        for index, key in enumerate(keys):
            if keys.index(key) < index:
                raise yaml.MarkedYAMLError(None, None, f"{shown(key)} stands twice", node.value[index][0].start_mark)
        return super().construct_mapping(node, deep=deep)

    def construct_text(self, node: Any) -> str:
        text = str(self.construct_scalar(node))  # type: ignore[no-untyped-call]
        if found := _UNPRINTABLE.search(text):
            raise yaml.MarkedYAMLError(None, None, f"the character {found[0]!a} is no text", node.start_mark)
        return text


_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))
_Loader.add_constructor("tag:yaml.org,2002:str", _Loader.construct_text)


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises
    ------
    ConfigError
        If it is no regular file, longer than 200 kB, no UTF-8, or not such YAML as described above.
    """
    try:
        if path.exists() and not path.is_file():
            raise ConfigError(f"{path}: expected a file")
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    if len(body) > MAX_BYTES:
        raise ConfigError(f"{path}: longer than {MAX_BYTES:,} bytes; settings are short")
    try:
        return parse_yaml(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8: {error.reason} at byte {error.start}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())[:300]}") from None


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text, or raise `yaml.YAMLError`."""
    return yaml.load(text, _Loader)  # noqa: S506  a safe loader, made stricter
