"""What an optimizer carries from one update to the next, as a dictionary that a checkpoint can hold."""

from collections.abc import Mapping
from typing import Any

import numpy as np


class Resumable:
    """An object whose settings are numbers, and which keeps arrays in ``_state``, by slot and parameter."""

    _state: dict[str, dict[str, np.ndarray]]

    def state_dict(self) -> dict[str, Any]:
        """Return what the next updates depend on: the settings that are numbers, and arrays ``"velocity.2.weight"``."""
        arrays = {f"{slot}.{name}": array.copy() for slot, s in self._state.items() for name, array in s.items()}
        numbers = {name: value for name, value in vars(self).items() if isinstance(value, (int, float))}
        return {**numbers, **arrays}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a saved `state_dict`; ValueError if it is another optimizer's."""
        if "updates" not in state or not all(value >= 0 for key, value in state.items() if "." not in key):
            raise ValueError(f"expected the state of {type(self).__name__}, with settings and updates of at least 0")
        self._state = {}
        for key, value in state.items():
            slot, dot, name = key.partition(".")
            if dot:
                self._state.setdefault(slot, {})[name] = np.array(value)
            elif key in vars(self):
                before = getattr(self, key)
                setattr(self, key, (type(before) if isinstance(before, (int, float)) else float)(value))
            else:
                raise ValueError(f"expected the state of {type(self).__name__}, got {key!r} in it")
