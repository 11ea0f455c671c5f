"""The errata of ift6135-b that computation shows, from its own numbers or from fragments of ours."""

from __future__ import annotations

import math

import numpy as np

from mlp_core import Dataset, mlp
from report.chapter import published
from report.chapter.number import number
from report.chapter.replication.ift6135_b.beside import LABEL, undone
from report.chapter.replication.ift6135_b.found import IMAGE, N, arrays, as_pickled, checked_gradient, count

SETTING = ["hidden_1", "hidden_2", "activation_1", "activation_2", "batch_size", "learning_rate"]


def errata_shown(data: Dataset) -> dict[int, str]:
    """Return what the computation gives, by the erratum's row among the report's."""
    return {
        0: counter(), 2: passes(), 4: floor(data), 6: sixth(data), 7: parameters(), 8: twins(), 9: from_zero(),
        10: settings(), 11: differences(), 13: left_out(), 14: larger_n(), 15: bound(), 16: digits(), 17: capitals(),
    }  # fmt: skip


def counter() -> str:
    """Undo the counter that is never reset."""
    table = published.load("training_curve_710x610", LABEL)
    right = undone(table["train_accuracy_percent_printed"].tolist())
    furthest = float(np.abs(right - np.rint(right)).max())
    return (
        f"undone: {', '.join(number(int(one)) for one in np.rint(right))} right images; furthest from a whole number: "
        f"{number(furthest, '.1g')}, by the digits that the print has lost"
    )


def passes() -> str:
    """Count the passes of a loop that ends one later."""
    return f"a loop over range(10 + 1) makes {len(range(10 + 1))} passes, with a loss before each"


def floor(data: Dataset) -> str:
    """Compare the largest N with and without the 1e-10, for a few random networks."""
    image, label = as_pickled(data.train[: IMAGE + 1]).images[IMAGE].astype(float), int(data.train.labels[IMAGE])
    checks = [checked_gradient(arrays(mlp([784, 600, 600, 10], seed=seed, dtype="float64")), image, label)
              for seed in range(8)]  # fmt: skip
    place = N.index(1_000)
    with_it, without = (float(np.median([check[name][place] for check in checks])) for name in ("with", "without"))
    derived = float(np.median([check["floor"] for check in checks]))
    return (
        f"N = 1,000, medians of 8 random networks: {number(with_it, '.1g')} with the constant, where the derivative "
        f"predicts {number(derived, '.1g')}; without it below {number(10.0 ** math.ceil(math.log10(without)), '.1g')}"
    )


def sixth(data: Dataset) -> str:
    """Name the labels at both indices, where they are the report's images."""
    place = f"index {IMAGE} has {len(range(IMAGE))} images before it"
    labels = f"; its label is {data.train.labels[IMAGE]}, that before it {data.train.labels[IMAGE - 1]}"
    return place + labels * (data.name == "mnist")


def parameters() -> str:
    """Count with and without the biases of the convolutions."""
    return f"our network has {number(count(()))}; without 10 + 25 biases {number(count(()) - 10 - 25)}"


def twins() -> str:
    """Find the rows with equal settings."""
    table = published.load("hyperparameter_search", LABEL)
    rows = table[table.duplicated(SETTING, keep=False)]
    words = [f"epoch {row.epochs:.0f} with {number(row.valid_accuracy, '.2%')}" for row in rows.itertuples()]
    return f"rows {' and '.join(str(index + 1) for index in rows.index)} agree in all settings: {', '.join(words)}"


def from_zero() -> str:
    """Hold the row's losses beside those of the ten-epoch run after three and after four passes."""
    table = published.load("hyperparameter_search", LABEL)
    row = table[(table["hidden_1"] == 710) & (table["batch_size"] == 8)].iloc[0]
    curve = published.load("training_curve_710x610", LABEL).set_index("epoch")
    away = {
        done: max(abs(row[name] - curve.loc[done, name]) for name in ("train_loss", "valid_loss")) for done in (3, 4)
    }
    return f"its losses lie {number(away[3], '.2g')} from those of pass 3 and {number(away[4], '.2g')} from pass 4's"


def settings() -> str:
    """Count rows and settings."""
    table = published.load("hyperparameter_search", LABEL)
    return f"{len(table)} rows, {len(table.drop_duplicates(SETTING))} different settings"


def differences() -> str:
    """Compare the range of eight accuracies with the standard error of one."""
    accuracies = np.sort(published.load("hyperparameter_search", LABEL)["valid_accuracy"])[1:]
    error = math.sqrt(0.97 * 0.03 / 10_000)
    return (
        f"the upper eight span {number(100 * np.ptp(accuracies), '.2f')} points; "
        f"the standard error of one is {number(100 * error, '.2f')}"
    )


def left_out() -> str:
    """Name the steps that were not drawn."""
    printed = {*published.load("gradient_check", LABEL)["N"]}
    rest = [number(n) for n in N if n not in printed]
    return f"{number(math.comb(len(N), len(printed)))} draws are possible; this one left out N = {', '.join(rest)}"


def larger_n() -> str:
    """Compare its own differences at two N."""
    found = published.load("gradient_check", LABEL).set_index("N")["analytic_minus_numerical"]
    return f"from N = 500 to 10,000 its own difference grows by the factor {number(found[10_000] / found[500], '.2f')}"


def bound() -> str:
    """Evaluate both readings of the bound."""
    largest = published.load("gradient_check", LABEL)["analytic_minus_numerical"].max()
    return f"exp(-7) = {number(math.exp(-7), '.2g')}; the largest printed difference is {number(largest, '.2g')}"


def digits() -> str:
    """Print the three accuracies in double precision."""
    shares = ((46_916, 50_000), (9_696, 10_000), (9_773, 10_000))
    return ", ".join(f"{right / of * 100!r}" for right, of in shares)


def capitals() -> str:
    """Look a key up with another capital than it was stored with."""
    return f"a dictionary with the key dW3 {'has' if 'dw3' in {'dW3': 0} else 'does not have'} the key dw3"
