"""The parts of `mlp_core.training`: mini-batches, early stopping, checkpoints."""
