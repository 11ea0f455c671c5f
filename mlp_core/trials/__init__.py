"""The inside of `mlp_core.search`: spaces, the work of one trial, the processes for it, and the store."""
