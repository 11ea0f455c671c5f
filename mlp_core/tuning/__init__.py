"""Hyperparameter search: `search` runs trials in parallel; ``python -m mlp_core.tuning`` looks after what it keeps."""

from mlp_core.tuning.searching import search
from mlp_core.tuning.spaces import grid, random_search
from mlp_core.tuning.store import CacheWarning
from mlp_core.tuning.workers import ClusterError

__all__ = ["CacheWarning", "ClusterError", "grid", "random_search", "search"]
