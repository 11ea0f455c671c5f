"""Search spaces: lists of settings, as a full grid or as a random sample."""

import difflib
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Settings = dict[str, Any]


def grid(**axes: Iterable[Any]) -> list[Settings]:
    """Return every combination of the axes' values, each as a dictionary; the last axis varies fastest.

    It is an ordinary list, so spaces add up (`grid(...) + grid(...)`) and can be filtered.

    Parameters
    ----------
    **axes : list
        The values of each setting, as a list (or a range, or an array). A value that is itself a list becomes a tuple.

    Examples
    --------
    >>> grid(hidden=[(784, 256), (512, 384)], learning_rate=[0.05])
    [{'hidden': (784, 256), 'learning_rate': 0.05}, {'hidden': (512, 384), 'learning_rate': 0.05}]
    """
    values = [axis_values(name, axis) for name, axis in axes.items()]
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*values)]


def random_search(n: int, seed: int, **distributions: Any) -> list[Settings]:
    """Return `n` different random settings, the same for the same seed; ValueError if there are fewer.

    Parameters
    ----------
    n, seed : int
    **distributions
        For each setting a list (every value equally likely), one of the tuples ``("uniform", low, high)``,
        ``("loguniform", low, high)`` and ``("integers", low, high)``, `high` included in the last, or anything with a
        method ``rvs(random_state=...)``, such as the frozen distributions of `scipy.stats`.

    Examples
    --------
    >>> space = random_search(3, seed=0, hidden=[(128,), (256,)], learning_rate=("loguniform", 0.001, 1.0))
    >>> len(space), all(0.001 <= settings["learning_rate"] <= 1 for settings in space)
    (3, True)
    """
    rng = np.random.default_rng(seed)
    samplers = {name: sampler(name, spec) for name, spec in distributions.items()}
    space: dict[str, Settings] = {}
    for _ in range(100 * n):
        if len(space) == n:
            break
        settings = {name: plain(draw(rng)) for name, draw in samplers.items()}
        space.setdefault(repr(settings), settings)
    if len(space) < n:
        raise ValueError(f"expected {n} different settings, the distributions gave {len(space)}: ask for fewer")
    return list(space.values())


def axis_values(name: str, axis: Any) -> list[Any]:
    """Return the values of a grid's axis; TypeError for what only looks like a list of values."""
    if isinstance(axis, (str, tuple, Mapping)) or not isinstance(axis, Iterable):
        raise TypeError(f"expected a list of values for {name}, got {axis!r}: write {name}=[{axis!r}]")
    values = [plain(value) for value in axis]
    if not values:
        raise ValueError(f"expected at least one value for {name}, got an empty list")
    return values


def sampler(name: str, spec: Any) -> Callable[[np.random.Generator], Any]:
    """Return a function that draws one value of a random search's setting."""
    if hasattr(spec, "rvs"):
        return lambda rng: spec.rvs(random_state=rng)
    if isinstance(spec, tuple) and len(spec) == 3 and spec[0] in RANGES:
        kind, low, high = spec
        if not low < high or (kind == "loguniform" and low <= 0):
            raise ValueError(f"expected low < high for {name}, and low > 0 for a loguniform; got {spec!r}")
        return lambda rng: RANGES[kind](rng, low, high)
    if isinstance(spec, tuple):
        forms = ", ".join(f'("{kind}", low, high)' for kind in RANGES)
        raise TypeError(f"expected {name} as a list, a distribution or one of the tuples {forms}; got {spec!r}")
    values = axis_values(name, spec)
    return lambda rng: values[rng.integers(len(values))]


RANGES: dict[str, Callable[[np.random.Generator, float, float], float]] = {
    "uniform": lambda rng, low, high: rng.uniform(low, high),
    "loguniform": lambda rng, low, high: math.exp(rng.uniform(math.log(low), math.log(high))),
    "integers": lambda rng, low, high: int(rng.integers(int(low), int(high), endpoint=True)),
}


def plain(value: Any) -> Any:
    """Return NumPy scalars as Python's, and arrays and lists as tuples: settings then compare, hash and print."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple, np.ndarray)):
        return tuple(plain(item) for item in value)
    return value


def check_space(space: Iterable[Mapping[str, Any]], known: Sequence[str] | None,
                required: Sequence[str] = ()) -> list[Settings]:
    """Return the space as a list of plain settings; raise unless all are known (or None is) and none is missing."""
    points = [space] if isinstance(space, Mapping) else list(space)
    for point in points:
        if not isinstance(point, Mapping):
            raise TypeError(f"expected a list of settings (dictionaries), such as grid(...); got {point!r} in it")
    if not points:
        raise ValueError("expected at least one setting, got an empty space")
    for name in dict.fromkeys(name for point in points for name in point):
        if known is not None and name not in known:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            advice = f"did you mean {close[0]!r}? " if close else ""
            if name == "epochs":
                advice = "it is an argument, search(..., epochs=...). "
            raise ValueError(f"unknown setting {name!r}: {advice}Known are {', '.join(known)}.")
    for point, name in itertools.product(points, required):
        if name not in point:
            raise ValueError(f"expected a value for {name!r} in every setting, got {dict(point)!r}")
    return [{name: plain(value) for name, value in point.items()} for point in points]
