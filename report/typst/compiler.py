"""The program of the process in which Typst compiles: it can be stopped, and its packages and network are off.

It reads a request as JSON (`typst`, the folder of the package; `output`; arguments of the compiler) and answers with
JSON: the ``warnings``, or the ``error`` and its ``diagnostic``. It imports nothing but the compiler.
"""

import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    sys.path.insert(0, request.pop("typst"))
    import typst

    output = Path(request.pop("output"))
    try:
        pdf, warnings = typst.compile_with_warnings(**request)
        output.write_bytes(pdf)
        answer: dict[str, Any] = {"warnings": [warning.message for warning in warnings]}
    except typst.TypstError as error:
        answer = {"error": error.message, "diagnostic": error.diagnostic}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
