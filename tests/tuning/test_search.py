"""Searching: the table, the cache, the budget, halving, and what goes wrong without a process being killed."""

import errno
import importlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from search_trials import SPACE, journaled, moody, surroundings, tiny_data, values

from mlp_core import SGD, Linear, ReLU, Sequential, mlp, train
from mlp_core.callbacks import Callback
from mlp_core.tuning import CacheWarning, grid, search
from mlp_core.tuning import store as store_module
from mlp_core.tuning.__main__ import main
from mlp_core.tuning.store import TrialStore

POINTS = grid(point=[0, 1, 2])


@pytest.fixture(autouse=True)
def journal_file(tmp_path, monkeypatch):
    monkeypatch.setenv("JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setenv("PAUSE", "0")
    monkeypatch.delenv("MLP_CORE_SCHEDULER", raising=False)


@pytest.fixture(scope="module")
def data():
    return tiny_data()


def files(cache):
    return sorted((cache / "trials").glob("*.json"))


def test_a_row_holds_what_the_same_training_by_hand_gives(data):
    space = grid(hidden=[(5, 4)], activation=[("tanh", "relu")], learning_rate=[0.3], momentum=[0.5], batch_size=[16])
    row = search(space, data, epochs=3, n_jobs=1, target=0.2).iloc[0]
    seed = int(row.seed)
    net = mlp([6, 5, 4, 3], ["tanh", "relu"], seed=seed)
    history = train(net, data.train, valid=data.valid, optimizer=SGD(0.3, 0.5), epochs=3, batch_size=16, seed=seed)
    assert row.history.train_loss == history.train_loss
    assert row.valid_accuracy == history.valid_accuracy[-1]
    assert row.best_valid_accuracy == max(history.valid_accuracy)
    assert row.best_epoch == history.best_epoch_by("valid_accuracy")
    assert row.epochs_to_target == history.epochs_to(0.2)
    assert (row.hidden, row.status, row.reason, row.epochs, row.parameters) == ((5, 4), "ok", "", 3, 74)
    assert row.seconds > 0


def test_a_trial_may_leave_out_the_training_pass_and_stop_at_its_target(data):
    space = grid(hidden=[4], evaluate_train=[False], stop_at=[0.0])
    row = search(space, data, epochs=3, n_jobs=1).iloc[0]
    assert (row.epochs, row.reason, row.history.train_loss) == (1, "valid_accuracy reached 0", [])
    assert np.isnan(row.train_loss)


def test_the_table_is_the_same_on_every_number_of_processes_and_from_the_cache(tmp_path, data):
    space = grid(hidden=[(4,), (5,)], learning_rate=[0.3, 0.1], dropout=[0.0, 0.5])
    alone = search(space, data, epochs=2, n_jobs=1)
    together = search(space, data, epochs=2, n_jobs=2, cache=tmp_path / "cache")
    again = search(space, data, epochs=2, cache=tmp_path / "cache")
    assert values(alone) == values(together) == values(again)
    assert (together.attrs["reused"], again.attrs["reused"]) == (0, 8)
    assert values(search(space[::-1], data, epochs=2, n_jobs=1)[::-1].reset_index(drop=True)) == values(alone)


def test_trials_have_one_blas_thread_and_workers_map_the_data(data):
    for jobs in (1, 2):
        rows = search(POINTS, data, epochs=1, n_jobs=jobs, run=surroundings).history
        assert all(history.test_loss == [1] for history in rows)
        assert jobs == 1 or all(set(history.train_loss) == {1.0} for history in rows)  # here, others may be at work
        assert all(history.valid_loss == [jobs > 1] for history in rows)


def test_anything_that_changes_the_outcome_runs_anew(tmp_path, data, monkeypatch):
    def reused(data=data, epochs=1, seed=0, **options):
        options = {"space": grid(hidden=[(3,)]), "cache": tmp_path / "cache", "n_jobs": 1, **options}
        return search(data=data, epochs=epochs, seed=seed, **options).attrs["reused"]

    assert (reused(), reused()) == (0, 1)
    assert reused(epochs=2) == reused(seed=1) == reused(data=tiny_data(1)) == 0
    assert reused(space=grid(hidden=[(3,)], learning_rate=[0.1])) == 0
    assert reused(build=narrow, space=grid(width=[3])) == 0
    monkeypatch.setattr("mlp_core.tuning.searching.code_version", lambda: "another")
    monkeypatch.setattr("mlp_core.tuning.work.code_version", lambda: "another")
    assert reused() == 0


def narrow(width, *, in_features, seed):
    return Sequential([Linear(in_features, width, seed=seed), ReLU(), Linear(width, 3, seed=seed + 1)])


def test_a_builder_of_the_users_own_is_trained(data):
    frame = search(grid(width=[2, 4], learning_rate=[0.1]), data, epochs=1, n_jobs=1, build=narrow)
    assert frame.parameters.tolist() == [23, 43]
    with pytest.raises(ValueError, match="unknown setting 'widht': did you mean 'width'"):
        search(grid(widht=[2]), data, epochs=1, build=narrow)


def test_a_failing_or_diverging_trial_is_a_row_with_its_reason(data):
    frame = search(grid(hidden=[(4,), ("a",)], learning_rate=[0.1, 1e30]), data, epochs=3, n_jobs=1)
    assert frame.status.tolist() == ["ok", "diverged", "failed", "failed"]
    assert "loss" in frame.reason[1]
    assert frame.reason[2].startswith("TypeError") or frame.reason[2].startswith("ValueError")
    assert np.isnan(frame.valid_accuracy[2])


def test_a_failed_trial_is_tried_again_and_a_diverged_one_is_not(tmp_path, data):
    search(POINTS, data, epochs=1, n_jobs=1, cache=tmp_path, run=moody)
    assert search(POINTS, data, epochs=1, n_jobs=1, cache=tmp_path, run=moody).attrs["reused"] == 2
    wild = grid(hidden=[(4,)], learning_rate=[1e30])
    search(wild, data, epochs=2, n_jobs=1, cache=tmp_path)
    assert search(wild, data, epochs=2, n_jobs=1, cache=tmp_path).attrs["reused"] == 1


def test_the_budget_leaves_settings_out_before_training(data):
    space = grid(hidden=[(2,), (4,), (8,)])  # 23, 43 and 83 parameters
    frame = search(space, data, epochs=1, n_jobs=1, parameters=(40, 43))
    assert frame.parameters.tolist() == [43]
    assert frame.attrs == {"space": 3, "kept": 1, "reused": 0}
    with pytest.raises(ValueError, match="none of 3 settings has 100 to 200 parameters; they have from 23 to 83"):
        search(space, data, epochs=1, parameters=(100, 200))
    with pytest.raises(TypeError, match="expected parameters as a pair"):
        search(space, data, epochs=1, parameters=100)
    with pytest.raises(ValueError, match="needs networks that the search builds"):
        search(POINTS, data, epochs=1, parameters=(1, 2), run=moody)


def test_the_bar_counts_what_was_there_and_what_comes(tmp_path, data, monkeypatch):
    bars = []

    class Bar:
        def __init__(self, **options):
            bars.append(options)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def update(self):
            bars[-1]["initial"] += 1

    monkeypatch.setattr("mlp_core.tuning.session.progress_class", lambda: Bar)
    search(grid(hidden=[(2,)]), data, epochs=1, n_jobs=1, cache=tmp_path)
    search(grid(hidden=[2, (2,), 4, 8]), data, epochs=1, n_jobs=1, cache=tmp_path, parameters=(20, 50))
    search(grid(hidden=[3]), data, epochs=1, n_jobs=1, progress=False)
    assert [(bar["initial"], bar["total"]) for bar in bars] == [(1, 1), (3, 3)]
    assert bars[1]["desc"] == "3 of 4 settings in the budget"


def test_misuse_is_refused_before_anything_runs(data):
    for wrong, error, message in [
        ({"data": data.train}, TypeError, "expected data as a Dataset"),
        ({"epochs": 0}, ValueError, "expected epochs >= 1"),
        ({"epochs": 1.5}, TypeError, "expected epochs to be an integer"),
        ({"n_jobs": 0}, ValueError, "expected n_jobs of at least 1"),
        ({"space": grid(learning_rate=[0.1])}, ValueError, "expected a value for 'hidden'"),
        ({"halving": 1}, ValueError, "expected halving of at least 2"),
        ({"build": "cnn"}, TypeError, "expected build as an ordinary function"),
        ({"space": grid(hiden=[(3,)])}, ValueError, "did you mean 'hidden'"),
    ]:
        with pytest.raises(error, match=message):
            search(**{"space": grid(hidden=[(3,)]), "data": data, "epochs": 1, **wrong})


def test_run_must_return_measurements(data):
    frame = search(POINTS, data, epochs=1, n_jobs=1, run=lambda data, point, epochs, seed: point)
    assert frame.status.tolist() == ["failed"] * 3
    assert "expected run to return a History or a dictionary" in frame.reason[0]


def test_halving_stops_the_poor_and_trains_the_rest_as_if_nothing_had_been(tmp_path, data):
    space = grid(hidden=[(4,), (5,), (6,)], learning_rate=[0.3, 0.1, 1e30])
    full = search(space, data, epochs=4, n_jobs=1)
    frame = search(space, data, epochs=4, n_jobs=1, halving=2, cache=tmp_path)
    assert frame.epochs[frame.status == "stopped"].isin([1, 2]).all()
    assert frame.status.value_counts().to_dict() == {"ok": 2, "diverged": 3, "stopped": 4}
    assert frame.reason[frame.status == "stopped"].str.match(r"not among the best \d of \d after \d of 4 epochs").all()
    for best in frame.index[frame.status == "ok"]:
        assert frame.history[best].train_loss == full.history[best].train_loss
    assert values(search(space, data, epochs=4, n_jobs=2, halving=2)) == values(frame)
    assert not list((tmp_path / "checkpoints").iterdir())


def test_a_checkpoint_saves_the_epochs_before_a_kill(tmp_path, data, monkeypatch):
    space, epochs_seen = grid(hidden=[(4,)], dropout=[0.5], stop_at=[1.0]), []
    calm = search(space, data, epochs=5, n_jobs=1)

    def interrupted_once(metric, target):
        return Watch(epochs_seen)

    monkeypatch.setattr("mlp_core.tuning.training.StopAt", interrupted_once)
    with pytest.raises(KeyboardInterrupt):
        search(space, data, epochs=5, n_jobs=1, cache=tmp_path, checkpoints=True)
    assert len(list((tmp_path / "checkpoints").iterdir())) == 1
    again = search(space, data, epochs=5, n_jobs=1, cache=tmp_path, checkpoints=True)
    assert values(again) == values(calm)
    assert len(epochs_seen) < 2 * 5 - 1
    assert not list((tmp_path / "checkpoints").iterdir())


class Watch(Callback):
    """Notes the epochs, and interrupts the third of all of them."""

    def __init__(self, epochs):
        self.epochs = epochs

    def on_epoch_end(self, state):
        self.epochs.append(state.epoch)
        if len(self.epochs) == 3:
            raise KeyboardInterrupt


def test_damaged_files_are_reported_and_their_trials_run_again(tmp_path, data):
    whole = search(SPACE, data, epochs=2, n_jobs=1, cache=tmp_path, run=journaled)
    cut, altered = files(tmp_path)[:2]
    cut.write_bytes(cut.read_bytes()[:100])
    altered.write_text(altered.read_text().replace("e-", "e+") + " ")
    with pytest.warns(CacheWarning, match="json .*: the trial runs again") as caught:
        healed = search(SPACE, data, epochs=2, n_jobs=1, cache=tmp_path, run=journaled)
    assert len(caught) == len(SPACE) - healed.attrs["reused"] <= 2
    assert values(healed) == values(whole)
    assert search(SPACE, data, epochs=2, cache=tmp_path, run=journaled).attrs["reused"] == len(SPACE)


def test_a_full_disk_is_reported_and_loses_nothing(tmp_path, data, monkeypatch):
    real, room = store_module.atomic_write, [3]

    def limited(path, **options):
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        room[0] -= 1
        return real(path, **options)

    monkeypatch.setattr(store_module, "atomic_write", limited)
    with pytest.warns(CacheWarning) as caught:
        frame = search(SPACE, data, epochs=2, n_jobs=1, cache=tmp_path, run=journaled)
    first, last = (str(warning.message) for warning in caught)
    assert "cannot be written: No space left on device. The search goes on" in first
    assert f"{len(SPACE) - 3} finished trials are in the table, but not in" in last
    room[0] = 1000
    again = search(SPACE, data, epochs=2, n_jobs=1, cache=tmp_path, run=journaled)
    assert values(again) == values(frame)
    assert again.attrs["reused"] == 3


def test_results_are_written_once_there_is_room_again(tmp_path, data, monkeypatch):
    real, calls = store_module.atomic_write, []

    def full_for_a_while(path, **options):
        calls.append(path)
        if len(calls) < 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, **options)

    monkeypatch.setattr(store_module, "atomic_write", full_for_a_while)
    with pytest.warns(CacheWarning, match="The search goes on"):
        search(SPACE[:6], data, epochs=1, n_jobs=1, cache=tmp_path, run=journaled)
    assert len(files(tmp_path)) == 6


@pytest.fixture
def tiny_disk(tmp_path):
    """Mount a file system of 64 kB, where the machine allows it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.long
def test_a_disk_that_is_really_full(tiny_disk, data):
    with pytest.warns(CacheWarning, match="No space left on device"):
        frame = search(SPACE, data, epochs=2, n_jobs=2, cache=tiny_disk / "cache", run=journaled)
    assert values(frame) == values(search(SPACE, data, epochs=2, n_jobs=1, run=journaled))
    kept = len(files(tiny_disk / "cache"))
    assert 0 < kept < len(SPACE)
    assert len(list(TrialStore(tiny_disk / "cache").records())) == kept


def test_no_room_for_the_data_of_the_workers(tiny_disk):
    with pytest.raises(OSError, match=r"cannot hold the \d MB .*: make room, choose another cache, or search in this"):
        search(SPACE, tiny_data(n=6000), epochs=2, n_jobs=2, cache=tiny_disk / "cache", run=journaled)


def test_the_cache_is_listed_and_cleared(tmp_path, data, capsys):
    search(POINTS, data, epochs=1, n_jobs=1, cache=tmp_path, run=moody)
    assert main(["list", str(tmp_path)]) == 0
    listing = capsys.readouterr().out
    assert "point=2  valid_accuracy 0.2000" in listing
    assert "RuntimeError: no luck today" in listing
    assert "3 trials" in listing
    assert main(["clear", "--failed", str(tmp_path)]) == 0
    assert len(files(tmp_path)) == 2
    assert main(["clear", "--key", files(tmp_path)[0].stem[:6], "--", str(tmp_path)]) == 0
    assert len(files(tmp_path)) == 1
    assert main(["clear", str(tmp_path)]) == 0
    assert main(["list", str(tmp_path)]) == 1
    assert "no cache of a search" in capsys.readouterr().out


def test_the_command_line_runs_as_a_module():
    command = [sys.executable, "-W", "error", "-m", "mlp_core.tuning", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "list the finished trials" in result.stdout
    assert result.stderr == ""


def test_where_the_search_was_is_said_where_it_is():
    with pytest.raises(ImportError, match="mlp_core.search is mlp_core.tuning now"):
        importlib.import_module("mlp_core.search")


def test_the_table_can_be_kept_as_csv(tmp_path, data):
    frame = search(grid(hidden=[(3,)]), data, epochs=1, n_jobs=1).drop(columns="history")
    assert json.loads(frame.to_json(orient="records"))[0]["hidden"] == [3]
