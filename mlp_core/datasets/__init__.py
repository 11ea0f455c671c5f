"""Data sets by name or from files of one's own: `load_dataset`, verified and within bounds.

`loading` is the front; `catalogue`, `cache` and `downloads` get what is known by name, `local` reads everything else.
"""

from mlp_core.datasets.loading import NAMES, Dataset, DatasetError, Split, load_dataset, stratified_split

__all__ = ["NAMES", "Dataset", "DatasetError", "Split", "load_dataset", "stratified_split"]
