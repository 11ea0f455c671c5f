"""One compilation by Typst in a process of its own, and the cell that is to blame where it fails."""

import importlib.util
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .children import Limits, Stopped, run
from .errors import ConversionError, guilty, place

_PROGRAM = Path(__file__).with_name("compiler.py")
_MARKER = re.compile(r"^(?=// cell: )", re.MULTILINE)
_CELL = re.compile(r"^// cell: (.*)#(-?\d+)$", re.MULTILINE)
_LOCATION = re.compile(r"─ (?:.*[/\\])?main\.typ:(\d+):\d+")
_ELSEWHERE = re.compile(r"\n *┌─ (?:.*[/\\])?(?!main\.typ)([^/\\:]+):(\d+):\d+\n.*\n.*│(.*)")
"""A place in another file than the document, and what stands there."""
_OWN = {path.name for path in Path(__file__).with_name("templates").glob("*.typ")}
_LINES = re.compile("\r\n|[\n\v\f\r\x85\u2028\u2029]")
"""What ends a line for Typst."""
_NO_NETWORK = dict.fromkeys(
    ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"
)
"""Packages would be downloaded: a proxy at which nobody answers keeps the compiler off the network."""
_ALONE = "#show ref: none\n#show cite: none\n"
"""For a part of a document, which does not hold all that it refers to."""


class Refused(Exception):
    """The compiler refused a document; `diagnostic` holds its messages."""

    def __init__(self, message: str, diagnostic: str) -> None:
        super().__init__(message)
        self.diagnostic = diagnostic


class Compilation:
    """Compiles the sources of one document.

    Parameters
    ----------
    folder : Path
        Holds the document's files; the compiler reads no others.
    arguments : dict
        Of `typst.compile_with_warnings`.
    limits : Limits
    lines : mapping
        (notebook, cell) -> the cell's first line.
    """

    def __init__(
        self, folder: Path, arguments: dict[str, Any], limits: Limits, lines: Mapping[tuple[str, int], str]
    ) -> None:
        self.folder = folder
        self.arguments = {"ignore_system_fonts": True, **arguments}
        self.limits = limits
        self.lines = lines
        self._source = ""

    def compile(self, source: str) -> tuple[bytes, list[str]]:
        """Return the PDF of a source, and the compiler's warnings.

        Raises
        ------
        Refused
            If the compiler finds errors.
        Stopped
            If it takes more time or memory than it may.
        """
        self._source = source
        return self._compile(source, self.limits)

    def _compile(self, source: str, limits: Limits) -> tuple[bytes, list[str]]:
        main, output = self.folder / "main.typ", self.folder / "main.pdf"
        main.write_text(source, encoding="utf-8", newline="\n")
        nothing = str(self.folder / "packages")
        request = {
            "typst": str(Path(_package()).parents[1]), "output": str(output), "input": str(main),
            "root": str(self.folder), "package_path": nothing, "package_cache_path": nothing, **self.arguments,
        }  # fmt: skip
        command = [sys.executable, "-I", "-S", str(_PROGRAM)]
        result = run(command, json.dumps(request), limits, address_space=True, **_NO_NETWORK)
        if result.returncode:
            raise Stopped(f"the compiler failed: {result.stderr.decode('utf-8', 'replace').strip()[-200:]}")
        answer = json.loads(result.stdout)
        if "error" in answer:
            raise Refused(answer["error"], answer["diagnostic"])
        return output.read_bytes(), answer["warnings"]

    def problem(self, error: Refused | Stopped) -> ConversionError:
        """Return an error with one line for each message about the source compiled last, and the cells at fault."""
        found = []
        if isinstance(error, Refused):
            blocks = re.split(r"^(?=error: )", error.diagnostic, flags=re.MULTILINE)
            found = [self._message(block, error) for block in blocks if block.startswith("error: ")]
        if not found:
            head = self._culprit(error)
            found = [(head, f"{self._name(head)}: Typst: {error}")]
        cells = (_cell(head) for head, _ in found)
        return ConversionError((line for _, line in found), (cell for cell in cells if cell))

    def _message(self, block: str, error: Refused) -> tuple[str, str]:
        """Return the source up to what a message is about, and the line that tells of it."""
        written = _LINES.split(self._source)
        found = _LOCATION.findall(block)
        line = int(found[-1]) if found else 0
        hint = "".join(f" ({text})" for text in re.findall(r"= hint: (.*)", block)[:1])
        excerpt = f": {written[line - 1].strip()[:120]}" if 0 < line <= len(written) else ""
        head = "\n".join(written[:line]) if line else self._culprit(error)
        message = block.splitlines()[0].removeprefix("error: ")
        other = _ELSEWHERE.match(block, block.index("\n"))
        if other and other[1] not in _OWN:
            name = "the bibliography" if other[1].startswith("references.") else other[1]
            excerpt = f", in {name}, line {other[2]}: {other[3].strip()[:120]}".rstrip(": ")
            return "\n", f"the settings: Typst: {message}{hint}{excerpt}"
        if "failed to download package" in message:
            message = "packages are not taken: put what you need into the document"
        return head, f"{self._name(head)}: Typst: {message}{hint}{excerpt}"

    def _culprit(self, error: Exception) -> str:
        """Return the source of the cell that fails alone in the way in which the whole document does; else none."""
        head, *parts = _MARKER.split(self._source)

        def fails(parts: Sequence[str]) -> bool:
            try:
                self._compile(head + _ALONE + "".join(parts), self.limits.of_a_search())
            except (Refused, Stopped) as other:
                return type(other) is type(error) and (isinstance(other, Stopped) or str(other) == str(error))
            return False

        if not parts or fails([]):
            return head
        return guilty(parts, fails) or ""

    def _name(self, text: str) -> str:
        """Name the cell whose marker stands last in a text."""
        if found := _cell(text):
            return place(*found, self.lines.get(found, ""))
        return "the settings" if text else "the document"


def _cell(text: str) -> tuple[str, int] | None:
    """Return the notebook and the index of the cell whose marker stands last in a text; None for the settings."""
    found = _CELL.findall(text)
    return (found[-1][0], int(found[-1][1])) if found and int(found[-1][1]) >= 0 else None


def _package() -> str:
    """Return where Typst's package lies, which the child does not look for."""
    spec = importlib.util.find_spec("typst")
    return str(spec and spec.origin)
