"""The exporter from a notebook to PDF, by the Typst compiler."""

import tempfile
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from traitlets import Bool, List, Unicode, default

from . import glyphs
from .children import Stopped
from .compilation import Compilation, Refused
from .errors import ConversionError
from .exporter import TypstExporter, first_lines
from .images import ImageStore, Place
from .metadata import timestamp
from .sheet import FONTS, needs_no_other_font


class TypstPDFExporter(TypstExporter):
    """Notebook to a tagged, archivable PDF, without LaTeX or a browser."""

    export_from_notebook = "PDF via Typst"
    output_mimetype = "application/pdf"

    pdf_standards = List(Unicode(), ["ua-1", "a-2a"], help="Standards the compiler checks.").tag(config=True)
    system_fonts = Bool(True, help="Use this machine's fonts for characters the embedded ones lack.").tag(config=True)

    @default("file_extension")
    def _default_file_extension(self) -> str:
        return ".pdf"

    def _image_store(self, folder: Path, resources: dict, authored: set[Place]) -> ImageStore:
        return ImageStore(folder, authored=authored)

    def _finish(self, text: str, resources: dict, nb: NotebookNode) -> tuple[Any, dict]:
        """Return the PDF; what the compiler refuses raises `ConversionError` with the cells it comes from."""
        files = resources.pop("outputs")
        with tempfile.TemporaryDirectory() as folder:
            for name, data in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            job = Compilation(Path(folder), self._arguments(), self._limits(), first_lines(nb))
            try:
                return self._typeset(text, job), resources
            except (Refused, Stopped) as error:
                raise job.problem(error) from None

    def _arguments(self) -> dict[str, Any]:
        return {
            "font_paths": self.settings.get("font_paths", []),
            "pdf_standards": list(self.pdf_standards),
            "timestamp": timestamp(self.settings),
            "ignore_system_fonts": needs_no_other_font(self.settings) or not self.system_fonts,
        }

    def _typeset(self, source: str, job: Compilation) -> bytes:
        """Compile; where characters are missing, once more with the machine's fonts, and then with their codes."""
        try:
            return self._logged(job.compile(source))
        except Refused as error:
            missing = _missing(error)
        if self.system_fonts and job.arguments["ignore_system_fonts"]:
            self._warn(f"the embedded fonts lack {glyphs.name(missing)}: fonts of this machine are used")
            job.arguments["ignore_system_fonts"] = False
            try:
                return self._logged(job.compile(source))
            except Refused as error:
                missing = _missing(error)
        self._warn(f"no font has {glyphs.name(missing)}: their codes are shown; {glyphs.help_for(missing)}")
        _replace_in_drawings(job.folder, missing)
        source = source.replace("#show: report.with(", glyphs.show_codes(missing) + "#show: report.with(", 1)
        return self._logged(job.compile(source))

    def _logged(self, result: tuple[bytes, list[str]]) -> bytes:
        pdf, warnings = result
        for message in dict.fromkeys(warnings):
            if family := message.partition("unknown font family: ")[2]:
                self._tell_of_font(family)
            else:
                self._warn(f"typst: {message}")
        return pdf

    def _tell_of_font(self, family: str) -> None:
        """Tell of a font that the settings name and that there is not; those of a language may be missing."""
        for setting in FONTS:
            if named := [name for name in self.settings.get(setting, ()) if name.lower() == family.lower()]:
                where = "on this machine, or in font_paths" if self.system_fonts else "in font_paths"
                problem = f"the settings: {setting}: there is no font {named[0]} {where}"
                if self.strict:
                    raise ConversionError([problem])
                self._warn(problem)


def _missing(error: Refused) -> str:
    """Return the characters an error is about; raise it where it is about anything else."""
    if not glyphs.only_missing_characters(error.diagnostic):
        raise error
    return glyphs.missing_characters(error.diagnostic)


def _replace_in_drawings(folder: Path, characters: str) -> None:
    """Write the code of characters that no font has into the SVG files that set them as text."""
    codes = {ord(character): f"U+{ord(character):04X}" for character in characters}
    for path in folder.rglob("*.svg"):
        text = path.read_text(encoding="utf-8", errors="replace")
        if text != (changed := text.translate(codes)):
            path.write_text(changed, encoding="utf-8")
