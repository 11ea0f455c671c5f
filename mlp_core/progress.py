"""Progress of long work: bars in terminals and notebooks, or lines in a file for a program that watches this one."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import tqdm

from mlp_core.callbacks import Callback, TrainingState
from mlp_core.checks import not_negative

FILE = "MLP_CORE_PROGRESS"
"""The environment variable in which a program that watches this one names a file."""


def watchers() -> list[Callback]:
    """Return the callbacks that `train` adds to those it is given: a bar, where a program watches."""
    return [ProgressBar()] if os.environ.get(FILE) else []


class ProgressBar(Callback):
    """A tqdm bar over all mini-batches, in terminals and notebooks; elsewhere it does nothing.

    It appears only when a run takes more than `delay` seconds, and never if the environment sets ``TQDM_DISABLE``.
    """

    def __init__(self, delay: float = 2.0) -> None:
        self.delay = not_negative(delay, "delay, in seconds,")
        self._bar: Any = None

    def on_train_begin(self, state: TrainingState) -> None:
        """Open the bar."""
        bar = progress_class()
        if bar is not None:
            total, done = state.epochs * state.steps_per_epoch, state.epoch * state.steps_per_epoch
            self._bar = bar(total=total, initial=done, delay=max(self.delay, 1e-9), unit="batch", leave=False)

    def on_batch_end(self, state: TrainingState) -> None:
        """Advance it."""
        if self._bar is not None:
            self._bar.update()

    def on_epoch_end(self, state: TrainingState) -> None:
        """Show which epoch it was, and its losses."""
        if self._bar is not None:
            lists = {name: getattr(state.history, name) for name in ("train_loss", "valid_loss")}
            shown = {name: f"{values[-1]:.4f}" for name, values in lists.items() if values}
            self._bar.set_description(f"epoch {state.epoch}/{state.epochs}", refresh=False)
            self._bar.set_postfix(shown, refresh=False)

    def on_train_end(self, state: TrainingState) -> None:
        """Close it."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class Told(tqdm.tqdm):  # type: ignore[type-arg]
    """A bar for a watching program: in its file stand the lines of all bars that are open, the outermost first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"disable": False, "mininterval": 1})

    def __str__(self) -> str:
        """Return what stands in the file: what it is, how much of it is done, and of how much."""
        name = (self.desc or "").rstrip(": ")
        return f"{name}{name and ', '}{self.n:,} of {self.total or '?'} {self.unit}"

    def display(self, *_: Any, **__: Any) -> None:
        """Write the file anew."""
        lines = [str(bar) for bar in sorted(self._instances, key=lambda bar: bar.start_t)]
        with suppress(OSError):
            Path(os.environ[FILE]).write_text("\n".join(lines), encoding="utf-8")


def is_switched_off() -> bool:
    """Return whether the environment sets TQDM_DISABLE, read as tqdm reads it."""
    return os.environ.get("TQDM_DISABLE", "").lower() not in ("", "0", "false")


def progress_class() -> Any:
    """Return the tqdm class for a watched process, a notebook or a terminal, whichever this is; else None."""
    if os.environ.get(FILE):
        return Told
    if is_switched_off():
        return None
    ipython = sys.modules.get("IPython")
    if ipython and type(ipython.get_ipython()).__name__ == "ZMQInteractiveShell":
        from IPython.display import display
        from tqdm import notebook

        class Bar(notebook.tqdm):  # its output is emptied: a saved widget shows an error once its kernel is gone
            place: Any = None

            def display(self, *args: Any, check_delay: bool = True, **options: Any) -> None:
                if check_delay and not self.place:
                    self.displayed, self.place = True, display(self.container, display_id=True)
                super().display(*args, check_delay=check_delay, **options)

            def close(self) -> None:
                super().close()
                if self.place:
                    self.place.update({}, raw=True)

        return Bar
    return tqdm.tqdm if sys.stderr is not None and sys.stderr.isatty() else None
