"""Where a notebook keeps training runs that an interrupted report goes on from."""

import json
from pathlib import Path
from typing import Any

from mlp_core.tuning.fingerprint import canonical, code_version, digest


def checkpoint(folder: str, **settings: Any) -> Path | None:
    """Return the file for `mlp_core.train(checkpoint=...)` of one run, another one as soon as anything differs.

    Parameters
    ----------
    folder : str
        Made if it is missing; empty keeps nothing.
    **settings : number, str, bool, None, or lists and dicts of them
        What distinguishes this run from others. The code of `mlp_core` counts, too: a run of other code is never
        taken for this one.

    Returns
    -------
    Path or None
        None if `folder` is empty.

    Raises
    ------
    TypeError
        If a setting cannot be told from another of its kind by its text.
    """
    if not folder:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) / f"{digest(json.dumps(canonical(settings)), code_version())[:32]}.npz"
