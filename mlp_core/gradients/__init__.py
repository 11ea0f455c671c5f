"""The parts of `mlp_core.gradient_check`: central differences, the sweep over their step, the report."""
