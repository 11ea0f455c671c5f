"""The search was here, and is `mlp_core.tuning` now; this notice will go with the next version."""

raise ImportError(
    "mlp_core.search is mlp_core.tuning now: write `from mlp_core.tuning import search` or `python -m mlp_core.tuning`"
)
