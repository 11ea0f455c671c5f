"""The parts behind the search: spaces, fingerprints, and the store on a disk that fails."""

import errno
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from scipy import stats

from mlp_core import SGD
from mlp_core.tuning.fingerprint import identify, settings_hash, trial_key, trial_seed
from mlp_core.tuning.session import promoted, rung_epochs
from mlp_core.tuning.spaces import check_space, grid, random_search
from mlp_core.tuning.store import DamagedRecord, TrialStore

RECORD = {"key": "ab", "settings": {"x": 0.1}, "epochs": 1, "seed": 0, "status": "failed", "reason": "",
          "finished": "", "parameters": None, "seconds": 1.5, "history": None}  # fmt: skip


@pytest.fixture
def store(tmp_path):
    return TrialStore(tmp_path / "cache")



def test_grid_is_the_product_in_order_with_plain_values():
    space = grid(hidden=[[3, 2], np.array([4])], learning_rate=np.array([0.1, 0.2]))
    assert space == [
        {"hidden": (3, 2), "learning_rate": 0.1},
        {"hidden": (3, 2), "learning_rate": 0.2},
        {"hidden": (4,), "learning_rate": 0.1},
        {"hidden": (4,), "learning_rate": 0.2},
    ]
    assert type(space[0]["learning_rate"]) is float


@pytest.mark.parametrize("axis", [(784, 256), "relu", 0.1, {"a": 1}])
def test_grid_refuses_a_value_in_place_of_a_list(axis):
    with pytest.raises(TypeError, match=r"expected a list of values for x, got .*: write x=\["):
        grid(x=axis)


def test_random_search_draws_different_settings_from_the_seed():
    distributions = {
        "hidden": [(8,), (16,)],
        "learning_rate": ("loguniform", 1e-3, 1.0),
        "momentum": stats.uniform(0, 0.9),
        "batch_size": ("integers", 8, 10),
    }
    space = random_search(50, 3, **distributions)
    assert space == random_search(50, 3, **distributions) != random_search(50, 4, **distributions)
    assert {settings["batch_size"] for settings in space} == {8, 9, 10}
    assert all(1e-3 <= settings["learning_rate"] <= 1 and 0 <= settings["momentum"] <= 0.9 for settings in space)
    below = np.mean([settings["learning_rate"] < 10**-1.5 for settings in space])
    assert 0.3 < below < 0.7  # half of a log-uniform lies below the geometric mean
    assert type(space[0]["momentum"]) is float


def test_random_search_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="expected 5 different settings, the distributions gave 2"):
        random_search(5, 0, x=[1, 2])
    with pytest.raises(ValueError, match="low > 0 for a loguniform"):
        random_search(5, 0, x=("loguniform", 0, 1))
    with pytest.raises(TypeError, match=r"one of the tuples \(\"uniform\", low, high\)"):
        random_search(5, 0, x=("normal", 0, 1))


def test_unknown_settings_are_refused_with_advice():
    with pytest.raises(ValueError, match="unknown setting 'learning_rat': did you mean 'learning_rate'"):
        check_space(grid(learning_rat=[0.1]), ["learning_rate", "hidden"])
    with pytest.raises(ValueError, match=r"it is an argument, search\(..., epochs=...\)"):
        check_space(grid(epochs=[1]), ["learning_rate"])
    with pytest.raises(ValueError, match="expected a value for 'hidden' in every setting, got {'learning_rate': 0.1}"):
        check_space(grid(learning_rate=[0.1]), ["learning_rate", "hidden"], ["hidden"])
    with pytest.raises(TypeError, match="expected a list of settings"):
        check_space([("hidden", 3)], None)
    with pytest.raises(ValueError, match="empty space"):
        check_space([], None)



@dataclass
class Named:
    value: float


def test_whatever_differs_changes_the_key():
    def key(settings, epochs=1, seed=0, data="d", code="c"):
        return trial_key(settings, epochs, seed, data, code)

    keys = {key({"a": 1}), key({"a": 2}), key({"b": 1}), key({"a": 1.5}), key({"a": "1"}), key({"a": Named(1)}),
            key({"a": Named(2)}), key({"a": 1}, epochs=2), key({"a": 1}, seed=1), key({"a": 1}, data="e"),
            key({"a": 1}, code="f"), key({"a": (1, 2)}), key({"a": (12,)})}  # fmt: skip
    assert len(keys) == 13
    assert key({"a": 1, "b": 2}) == key({"b": 2, "a": 1})


def test_settings_are_told_apart_by_value_and_what_cannot_be_is_refused():
    class Quiet:
        def __init__(self, value):
            self.value = value

        def __repr__(self):
            return "Quiet()"

    zeros, ones = np.zeros(5000), np.ones(5000)
    values = [0, 0.0, -0.0, False, "0", float("nan"), float("inf"), Quiet(1), Quiet(2), Quiet(zeros), Quiet(ones),
              Path("a"), "a", lambda x: x, lambda x: -x, SGD, {"a": 1}, {"a": True}]  # fmt: skip
    assert len({settings_hash({"a": value}) for value in values}) == len(values)
    for value in (object(), threading.Lock()):
        with pytest.raises(TypeError, match="expected a setting that can be told by its value .*, got a="):
            settings_hash({"a": value})


def test_a_trial_draws_its_seed_from_its_settings_or_names_it():
    assert trial_seed({"a": 1, "b": 2}, 0) == trial_seed({"b": 2, "a": 1}, 0)
    assert len({trial_seed({"a": 1}, 0), trial_seed({"a": 2}, 0), trial_seed({"a": 1}, 1)}) == 3
    assert trial_seed({"a": 1, "seed": 500}, 7) == 500


def make_function(factor, addend=0):
    def helper(x):
        return factor * x

    def run(x, y=addend):
        return helper(x) + y

    return run


def test_a_function_is_known_by_its_source_its_defaults_and_what_it_refers_to():
    first = identify(make_function(2), None)
    assert first == identify(make_function(2), None)
    others = {identify(make_function(3), None), identify(make_function(2, 1), None), identify(None, make_function(2))}
    assert len({first, *others}) == 4



def test_a_record_comes_back_as_it_was(store):
    store.save(RECORD)
    assert store.load("ab") == RECORD
    assert store.load("cd") is None
    assert list(store.records()) == [RECORD]


@pytest.mark.parametrize("keep", [0, 1, 40, -2, -1])
def test_a_file_cut_short_anywhere_is_noticed(store, keep):
    store.save(RECORD)
    content = store.path("ab").read_bytes().rstrip()
    store.path("ab").write_bytes(content[:keep])
    with pytest.raises(DamagedRecord, match="ab.json is cut short"):
        store.load("ab")
    assert list(store.records()) == []


def test_an_altered_or_renamed_file_is_noticed(store):
    store.save(RECORD)
    path = store.path("ab")
    path.write_text(path.read_text().replace("1.5", "1.6"))
    with pytest.raises(DamagedRecord, match="altered"):
        store.load("ab")
    store.save(RECORD)
    path.rename(store.path("cd"))
    with pytest.raises(DamagedRecord, match="altered"):
        store.load("cd")


def test_a_failed_write_leaves_the_old_record_and_no_litter(store, monkeypatch):
    store.save(RECORD)

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.save({**RECORD, "seconds": 2.0})
    assert store.load("ab") == RECORD
    assert [path.name for path in store.folder.glob("trials/*")] == ["ab.json"]


def test_a_trial_is_claimed_by_one_process_at_a_time(store):
    with FileLock(store.folder / "locks" / "ab.lock"), store.claim("ab", wait=False) as mine:
        assert not mine
    with store.claim("ab", wait=False) as mine:
        assert mine
        assert not store.was_killed("ab")
    assert not store.was_killed("ab")


def test_a_trial_whose_process_died_is_known_once(store):
    (store.folder / "running" / "ab").touch()
    assert store.was_killed("ab")
    assert not store.was_killed("ab")


def test_what_killed_processes_left_half_written_is_swept_but_not_what_is_being_written(store):
    parts = [store.folder / "trials" / f".{key}.json.123.part" for key in ("ab", "cd")]
    for part in parts:
        part.touch()
    with FileLock(store.folder / "locks" / "cd.lock"):
        store.sweep()
    assert [part.exists() for part in parts] == [False, True]


def test_clearing_removes_what_the_search_made_and_nothing_else(store):
    store.save(RECORD)
    (store.folder / "notes.txt").touch()
    store.clear()
    assert [path.name for path in store.folder.iterdir()] == ["notes.txt"]



def test_rungs_multiply_up_to_the_epochs_asked_for():
    assert rung_epochs(36, 10, 3) == [1, 3, 10]
    assert rung_epochs(3, 100, 2) == [50, 100]
    assert rung_epochs(1, 10, 3) == rung_epochs(9, 10, None) == [10]
    assert rung_epochs(9, 1, 3) == [1]


def test_the_best_go_on_and_equals_in_their_order():
    accuracies = {"a": 0.5, "b": 0.9, "c": 0.9, "d": 0.9, "e": None}
    records = {
        key: {"status": "failed" if value is None else "ok", "history": {"valid_accuracy": [0.99, value]}}
        for key, value in accuracies.items()
    }
    assert promoted(records, 2) == ["b", "c"]
    assert promoted({"e": records["e"]}, 2) == []
