"""nbconvert exporters that typeset any notebook with Typst."""

from .errors import ConversionError
from .exporter import TypstExporter
from .html import TypstHTMLExporter
from .pdf import TypstPDFExporter

__all__ = ["ConversionError", "TypstExporter", "TypstHTMLExporter", "TypstPDFExporter"]
