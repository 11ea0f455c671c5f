"""nbconvert exporters that typeset any notebook with Typst."""

from .errors import ConversionError
from .exporter import TypstExporter
from .pdf import TypstPDFExporter

try:
    from .html import TypstHTMLExporter
except ModuleNotFoundError:  # until the HTML exporter has moved in
    TypstHTMLExporter = TypstExporter  # type: ignore[misc]

__all__ = ["ConversionError", "TypstExporter", "TypstHTMLExporter", "TypstPDFExporter"]
