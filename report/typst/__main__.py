"""``python -m report.typst a.ipynb b.ipynb -o hand-in.pdf``; under another name where the folder has one."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
