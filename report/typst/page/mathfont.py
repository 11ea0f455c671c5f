"""The font of the PDF's formulas for the page: the few glyphs it needs, taken out of the Typst compiler.

Without a font that has a MATH table no browser lets brackets and roots grow, and many machines have none. Typst carries
New Computer Modern Math (GUST Font License); its bytes stand in the compiler's library as they are.
"""

from __future__ import annotations

import base64
import io
import re
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import typst

_OPENTYPE = re.compile(rb"OTTO\x00[\x05-\x30].{6}", re.DOTALL)
_NAME = "NewComputerModernMath-Book"
_FEATURES = ("ssty", "dtls", "flac")  # smaller, dotless and flatter forms
_DROPPED = ("FFTM", "PfEd", "GPOS", "DSIG")
_ALWAYS = set("()[]{}|‖⟨⟩⌈⌉⌊⌋√−′")
_ITALIC = [*range(0x1D434, 0x1D468), 0x210E, *range(0x1D6FC, 0x1D71C)]
"""Letters that a browser makes of plain ones: italic Latin and Greek."""


def font_face(html: str) -> str:
    """Return the style rule for the font of a page's formulas; nothing where there are none, or no such font.

    Parameters
    ----------
    html : str
        The page, with its formulas as MathML.
    """
    formulas = "".join(re.findall(r"<math\b.*?</math>", html, re.DOTALL))
    font = _font_bytes() if formulas else b""
    if not font:
        return ""
    characters = set(re.sub(r"<[^>]*>|&\w+;", "", formulas)) | _ALWAYS
    data = base64.b64encode(_subset(font, {*map(ord, characters), *_ITALIC})).decode("ascii")
    return f'@font-face {{ font-family: Formulas; src: url("data:font/woff;base64,{data}") format("woff"); }}\n'


@lru_cache(maxsize=1)
def _font_bytes() -> bytes:
    """Return the font's file, or nothing where the compiler does not carry it as expected."""
    for library in sorted(Path(typst.__file__).parent.glob("*.so")) + sorted(Path(typst.__file__).parent.glob("*.pyd")):
        for font in _fonts(library.read_bytes()):
            if _NAME.encode("ascii") in font or _NAME.encode("utf-16-be") in font:
                return font
    return b""


def _fonts(data: bytes) -> Iterator[bytes]:
    """Yield the OpenType fonts with a MATH table that stand in a library."""
    for match in _OPENTYPE.finditer(data):
        start, count = match.start(), data[match.start() + 5]
        records = [struct.unpack_from(">4sIII", data, start + 12 + 16 * number) for number in range(count)]
        if b"MATH" in {record[0] for record in records}:
            yield data[start : start + max(offset + length for _, _, offset, length in records)]


def _subset(font: bytes, characters: set[int]) -> bytes:
    """Return a font with some characters only, and with the taller and wider forms they grow into."""
    import uharfbuzz  # spares a document without formulas
    from fontTools.ttLib import TTFont

    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(characters)
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.update(map(_tag, _FEATURES))
    wanted.drop_table_tag_set.update(map(_tag, _DROPPED))
    wanted.name_id_set.clear()
    wanted.name_id_set.update({1, 2})
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING
    part = uharfbuzz.subset(uharfbuzz.Face(font), wanted).blob.data
    packed = io.BytesIO()
    woff = TTFont(io.BytesIO(part), recalcTimestamp=False)
    woff.flavor = "woff"
    woff.save(packed)
    return packed.getvalue()


def _tag(name: str) -> int:
    return int.from_bytes(name.encode("ascii"), "big")
