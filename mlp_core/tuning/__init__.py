"""Hyperparameter search: `search` runs trials over a space, in parallel, each result on disk the moment its trial ends.

``python -m mlp_core.tuning --help`` lists and clears the cache of a search.
"""

from mlp_core.tuning.searching import search
from mlp_core.tuning.spaces import grid, random_search
from mlp_core.tuning.store import CacheWarning
from mlp_core.tuning.workers import ClusterError

__all__ = ["CacheWarning", "ClusterError", "grid", "random_search", "search"]
