"""What nbconvert's flags set of an exporter: the settings of the document, and what its own exporters are told."""

from typing import Any

from traitlets import Bool, List, TraitType, Unicode, Union
from traitlets.config import Config

from .looks import LOOKS

_EXCLUSIONS = ("exclude_input", "exclude_output", "exclude_markdown", "exclude_code_cell", "exclude_raw")
"""What the exporters know of the settings of nbconvert's TemplateExporter, which its options such as --no-input set."""


def settings_as_traits() -> dict[str, TraitType]:
    """Return a trait for each setting of a document: None where it is not said."""
    made: dict[str, TraitType] = {}
    for name, look in LOOKS.items():
        one: Any = Bool(None, allow_none=True) if look.form == "yes or no" else Unicode(None, allow_none=True)
        one = Union([one, List()]) if look.form in ("texts", "authors", "folders") else one
        made[name] = one.tag(config=True)
        made[name].help = look.help
    return made


def with_exclusions(config: Config | None) -> Config:
    """Let what is set for nbconvert's TemplateExporter hold for the exporters, where nothing is set for them."""
    given = config or Config()
    known = {name: value for name, value in given.get("TemplateExporter", {}).items() if name in _EXCLUSIONS}
    made = Config({"TypstExporter": known})
    made.merge(given)
    return made
