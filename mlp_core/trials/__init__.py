"""The inside of `mlp_core.search`: spaces, the work of one trial, the processes that do it, and the store of results."""
