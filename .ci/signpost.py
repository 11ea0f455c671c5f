"""What `pip install -e .` adds: a package `nbtypst` that leads to the checkout's report/typst.

A wheel holds a copy of that folder under this name. An editable install cannot rename a folder, so it gets a package
whose modules are looked for there.
"""

import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SIGNPOST = '''"""The exporters of the checkout in {root!r}, which this package leads to."""

from pathlib import Path

__path__ = [{folder!r}]
exec(compile(Path(__path__[0], "__init__.py").read_text(encoding="utf-8"), __path__[0] + "/__init__.py", "exec"))
'''


class Signpost(BuildHookInterface):
    """Add the signpost to editable installs."""

    def initialize(self, version, build_data):
        """Write the signpost, and name it to the builder."""
        if version != "editable":
            return
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name, "__init__.py")
        target = Path(self.root, "report", "typst")
        path.write_text(SIGNPOST.format(root=self.root, folder=str(target)), encoding="utf-8")
        build_data["force_include_editable"] = {str(path): "nbtypst/__init__.py"}

    def finalize(self, version, build_data, artifact_path):
        """Remove it once it is in the wheel."""
        if version == "editable":
            self.folder.cleanup()
