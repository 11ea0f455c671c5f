"""What the experiments of all five reports give in a rehearsal, by the code that is found first: JSON, a line each.

`confirm` runs this file with different checkouts on Python's path.
"""

import importlib
import json

from mlp_core import load_dataset
from report.chapter.replication.printed import REPORTS
from report.chapter.replication.record import code_of

if __name__ == "__main__":
    data = load_dataset("mnist-5k")
    for label in REPORTS:
        module = importlib.import_module(f"report.chapter.replication.{label.replace('-', '_')}")
        found = module.experiments(data, full=False, cache="")
        print(json.dumps({"report": label, "code": code_of(label), "found": found}, sort_keys=True), flush=True)
