"""Data sets by name or from files of one's own: `load_dataset`, verified and within bounds.

`loading` is the front; behind it `catalogue` says what is known by name, `cache` and `downloads` fetch it, and `local`
with `pixels`, `idx` and `pickles` reads everything else.
"""

from mlp_core.datasets.loading import NAMES, Dataset, DatasetError, Split, load_dataset, stratified_split

__all__ = ["NAMES", "Dataset", "DatasetError", "Split", "load_dataset", "stratified_split"]
