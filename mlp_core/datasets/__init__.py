"""Data sets by name (`catalogue`, `cache`, `downloads`) or from files of your own (`local`): `load_dataset`."""

from mlp_core.datasets.loading import NAMES, Dataset, DatasetError, Split, load_dataset, stratified_split

__all__ = ["NAMES", "Dataset", "DatasetError", "Split", "load_dataset", "stratified_split"]
