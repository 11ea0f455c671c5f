"""Damaged networks, checkpoints and histories: each is read as it was written or refused with its one error."""

import json
import math
import os
import re
import tracemalloc

import numpy as np
import pytest
from mutations import COUNTS, bounded, mutate, mutate_inside

from mlp_core import SGD, Adam, History, NetworkFileError, Sequential, Split, mlp, train
from mlp_core.storage import checkpoints
from mlp_core.training import CheckpointError

SPLIT = Split(np.random.default_rng(0).random((6, 4)), [0, 1, 0, 1, 0, 1])


def run(path, epochs=2, **options):
    """Train a tiny network; return it and its history."""
    net = mlp([4, 3, 2], seed=0, dropout=0.5)
    history = train(net, SPLIT, optimizer=Adam(0.1), epochs=epochs, batch_size=3, checkpoint=path, **options)
    return net, history


def network(path):
    mlp([4, 3, 2], seed=0).save(path)
    return lambda: Sequential.load(path).params["0.weight"].tolist(), NetworkFileError, False


def checkpoint(path):
    run(path)
    return lambda: (run(path)[0].params["0.weight"].tolist(), run(path)[1].train_loss), CheckpointError, True


def history(path):
    History(train_loss=[math.inf, 0.5], valid_loss=[0.25, 1.0], initial={"train_loss": 2.0}, message="over").save(path)
    return lambda: len(History.load(path)), ValueError, False


KINDS = (network, checkpoint, history)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_read_or_refused_with_one_error(kind, count, tmp_path):
    path, rng = tmp_path / "file", np.random.default_rng(KINDS.index(kind))
    read, error, exact = kind(path)
    content, expected, refused = path.read_bytes(), read(), 0
    tracemalloc.start()
    for number in range(count):
        path.write_bytes((mutate, mutate_inside)[number % 2](content, rng))
        try:
            with bounded():
                result = read()
        except error as caught:
            refused += 1
            assert type(caught) is error and str(path) in str(caught)  # noqa: PT017, PT018
        else:
            assert result == expected or not exact
    tracemalloc.stop()
    assert refused > count // 2


@pytest.mark.posix
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["folder", "pipe", "device", "no UTF-8", "deep JSON", "zeros"])
def test_what_is_no_such_file_is_refused_at_once(kind, what, tmp_path):
    path = tmp_path / "file"
    read, error, _ = kind(path)
    path.unlink()
    {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "device": lambda: path.symlink_to("/dev/zero"),
     "no UTF-8": lambda: path.write_bytes(b"\xff\xfe{"), "deep JSON": lambda: path.write_text("[" * 100_000),
     "zeros": lambda: path.write_bytes(bytes(10_000))}[what]()
    with pytest.raises(error, match=str(path)):
        read()


def rewritten(path, change):
    """Write the checkpoint again with another document, its hash right."""
    with np.load(path) as archive:
        arrays = dict(archive)
    document = json.loads(arrays.pop("document").tobytes())
    del arrays["hash"]
    change(document, arrays)
    arrays["document"] = np.frombuffer(json.dumps(document).encode(), np.uint8)
    np.savez(path, hash=np.frombuffer(checkpoints._content_hash(arrays).encode(), np.uint8), **arrays)


@pytest.mark.parametrize("change", [
    lambda d, a: d["progress"].update(epoch=-5), lambda d, a: d["progress"].update(epoch=1.5),
    lambda d, a: d["progress"].update(epoch=True), lambda d, a: d["progress"].update(epoch=1),
    lambda d, a: d["progress"].update(step=3), lambda d, a: d["progress"].update(step=10**400),
    lambda d, a: d["progress"].update(loss="low"), lambda d, a: d["progress"].update(loss=math.nan),
    lambda d, a: d["progress"].update(stop=5), lambda d, a: d.update(progress=[]),
    lambda d, a: d["best"].update(epoch=7), lambda d, a: d["best"].update(epoch=1, score=None),
    lambda d, a: d["history"].update(train_loss=[1.0]), lambda d, a: d["history"].update(train_loss=[True, True]),
    lambda d, a: d.update(random=[]), lambda d, a: d["random"][0].update(state={"state": -1, "inc": 10**99}),
    lambda d, a: d.update(fingerprint="none"), lambda d, a: a.update({"params/0.weight": np.ones(1, np.float32)}),
    lambda d, a: a.update({"params/0.bias": np.full(3, np.nan, np.float32)}), lambda d, a: a.update(other=np.ones(1)),
    lambda d, a: a.update({"params/0.bias": np.ones(3)}), lambda d, a: a.pop("params/0.bias"),
    lambda d, a: a.pop("optimizer/updates"),
])
def test_a_senseless_checkpoint_is_refused_and_changes_no_parameter(change, tmp_path):
    path = tmp_path / "run.npz"
    run(path)
    rewritten(path, change)
    net = mlp([4, 3, 2], seed=0, dropout=0.5)
    before = {name: array.copy() for name, array in net.params.items()}
    with pytest.raises(CheckpointError, match="to start again|asked for"):
        train(net, SPLIT, optimizer=Adam(0.1), epochs=9, batch_size=3, checkpoint=path)
    assert all(np.array_equal(net.params[name], array) for name, array in before.items())


def test_a_changed_number_in_a_checkpoint_is_noticed(tmp_path):
    run(tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as archive:
        arrays = dict(archive)
    arrays["params/0.weight"] = arrays["params/0.weight"] * 2
    np.savez(tmp_path / "run.npz", **arrays)
    with pytest.raises(CheckpointError, match="not what was written"):
        run(tmp_path / "run.npz")


WEIGHTS = {"another type": lambda w: w.astype(float), "another shape": lambda w: w[:, :2],
           "another byte order": lambda w: w.astype(w.dtype.newbyteorder()), "objects": lambda w: w.astype(object)}


@pytest.mark.parametrize("change", [*WEIGHTS, "another name"])
def test_a_network_that_would_not_load_is_not_saved_over_a_good_file(change, tmp_path):
    path = tmp_path / "net.npz"
    net = mlp([4, 3, 2], seed=0)
    net.save(path)
    before, params = path.read_bytes(), net.layers[0].params
    if change in WEIGHTS:
        params["weight"] = WEIGHTS[change](params["weight"])
    else:
        params["scale"] = np.ones(3, np.float32)
    with pytest.raises(NetworkFileError, match=f"{re.escape(str(path))}.*not written, .* expected"):
        net.save(path)
    assert path.read_bytes() == before


class Odd(SGD):
    def state_dict(self):
        return {**super().state_dict(), "odd": np.array(["text"])}


def test_a_checkpoint_that_could_not_be_read_is_not_written(tmp_path):
    with pytest.raises(CheckpointError, match="run.npz not written.*optimizer/odd"):
        train(mlp([4, 2], seed=0), SPLIT, optimizer=Odd(0.1), epochs=1, checkpoint=tmp_path / "run.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"train_loss": [True]}, {"train_loss": ["0.5"]}, {"valid_loss": [10**400]},
                                   {"train_loss": [1.0, 2.0], "valid_loss": [1.0]}, {"initial": {"speed": 1.0}},
                                   {"status": 5}])
def test_a_history_that_makes_no_sense_is_neither_loaded_nor_saved(wrong, tmp_path):
    path = tmp_path / "history.json"
    path.write_text(json.dumps({**History().to_dict(), **wrong}))
    before = path.read_text()
    with pytest.raises(ValueError, match="holds no readable history: expected"):
        History.load(path)
    with pytest.raises(ValueError, match="expected"):
        History(**wrong).save(path)
    assert path.read_text() == before
