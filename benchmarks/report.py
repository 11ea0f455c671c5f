"""The results as a Markdown table and as two plots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.cases import CASES

PEERS = {
    "products": "products alone",
    "jax": "JAX jit",
    "pytorch": "PyTorch eager",
    "sklearn": "scikit-learn",
    "textbook": "textbook NumPy",
}


def table(results: dict[str, dict[str, Any]]) -> str:
    """Return a row a case: our time, and our time over each peer's with its quartiles and its target."""
    head = ["work", "ours, ms", *PEERS.values()]
    lines = [head, ["---"] * len(head)]
    for name, result in results.items():
        cells = [cell(result["ratios"].get(peer), CASES[name].targets.get(peer)) for peer in PEERS]
        lines.append([CASES[name].title, f"{1000 * result['median_seconds']['ours']:.2f}", *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(ratio: dict[str, float] | None, target: float | None) -> str:
    """Return "0.50 (0.48 to 0.53), target 0.55: met"."""
    if ratio is None:
        return "–"
    text = f"{ratio['median']:.2f} ({ratio['lower_quartile']:.2f} to {ratio['upper_quartile']:.2f})"
    if target is None:
        return text
    return f"{text}, target {target:g}: {'met' if ratio['median'] <= target else 'missed'}"


def plot_growth(seconds: dict[int, float], label: str, path: Path) -> None:
    """Draw seconds an epoch over something, with the straight line through the origin that fits best."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    x, y = list(seconds), list(seconds.values())
    slope = sum(a * b for a, b in zip(x, y, strict=True)) / sum(a * a for a in x)
    figure, axes = plt.subplots(figsize=(5, 3.2), layout="constrained")
    axes.plot(x, y, "o", label="measured")
    axes.plot([0, max(x)], [0, slope * max(x)], label="proportional")
    axes.set(xlabel=label, ylabel="seconds an epoch", xlim=(0, None), ylim=(0, None))
    axes.legend()
    figure.savefig(path)
    plt.close(figure)
