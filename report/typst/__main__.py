"""``python -m report.typst a.ipynb b.ipynb -o hand-in.pdf``; under another name where the folder has one."""

import sys

for needless in ("rfc3987_syntax", "isoduration"):
    # optional for jsonschema, which nbformat imports: a grammar is compiled for a second, for no schema of notebooks
    sys.modules.setdefault(needless, None)  # type: ignore[arg-type]  # None means: importing it fails

from .command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
