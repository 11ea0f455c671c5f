"""Is backward the derivative of forward? `check` compares it with differences of one step, `sweep` of many."""

from mlp_core.gradient_check.check import check_gradients, check_layer
from mlp_core.gradient_check.report import GradientCheck, GradientError
from mlp_core.gradient_check.sweep import Sweep, finite_difference_sweep

__all__ = ["GradientCheck", "GradientError", "Sweep", "check_gradients", "check_layer", "finite_difference_sweep"]
