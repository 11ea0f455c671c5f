"""A search's cache: what it is keyed by, and what comes of damage to it."""

import json
import os
import random
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from search_trials import scaled, tiny_data, values

from mlp_core.tuning import CacheWarning, grid, search
from mlp_core.tuning.__main__ import main
from mlp_core.tuning.shared_data import DatasetLost, open_dataset, publish_dataset
from mlp_core.tuning.store import DamagedRecord, TrialStore, encode

POINTS, LOCK = grid(point=[0, 1, 2]), threading.Lock()


@pytest.fixture
def data():
    return tiny_data()


def scored(data, point, *, epochs, seed):
    return {"valid_accuracy": [point / 10] * epochs}


def locked(data, point, *, epochs, seed):
    with LOCK:
        return {"valid_accuracy": [point / 10]}


def removing(data, point, folder, *, epochs, seed):
    if point == 1:
        shutil.rmtree(folder, ignore_errors=True)
    return {"valid_accuracy": [point / 10]}


def leaving(data, point, *, epochs, seed):
    if point == 1:
        raise SystemExit(3)
    if point == 2:
        raise GeneratorExit
    return {"valid_accuracy": [0.5]}


class Unprintable(Exception):
    def __str__(self):
        raise ValueError


def failing(data, point, *, epochs, seed):
    raise Unprintable if point else ValueError("\ud800\n\x1b[31m")


def run(data, cache, space=POINTS, function=scored, **options):
    return search(space, data, epochs=1, n_jobs=1, cache=cache, run=function, **options)


def test_a_function_that_cannot_be_told_from_others_leaves_the_cache_unused(tmp_path, data):
    with pytest.warns(CacheWarning, match="not used.*run= cannot be told from another function.* LOCK: a lock"):
        frame = run(data, tmp_path / "cache", function=locked)
    assert frame.status.tolist() == ["ok"] * 3
    assert "LOCK" in frame.attrs["uncached"]
    assert not (tmp_path / "cache").exists()
    assert "LOCK" in run(data, None, function=locked).attrs["uncached"]


def test_a_function_that_workers_see_otherwise_is_not_kept(tmp_path, data, monkeypatch):
    monkeypatch.setattr("search_trials.SCALE", 0.9)  # the workers import the module as it stands in its file
    with pytest.warns(CacheWarning, match="the workers see another function than this process"):
        search(POINTS, data, epochs=1, n_jobs=2, cache=tmp_path, run=scaled)
    frame = run(data, tmp_path, function=scaled)
    assert frame.attrs["reused"] == 0
    assert frame.valid_accuracy.tolist() == [0.9] * 3


def test_a_change_of_the_arrays_is_noticed(tmp_path, data):
    run(data, tmp_path)
    assert run(data, tmp_path).attrs["reused"] == 3
    data.test.images[0, 0] += 1
    assert run(data, tmp_path).attrs["reused"] == 0


@pytest.mark.parametrize("value", [float("inf"), float("nan"), np.float32(0.5), np.arange(3), 1 + 2j, Path("a")])
def test_any_value_that_can_be_told_is_a_setting(tmp_path, data, capsys, value):
    frames = [run(data, tmp_path, [{"point": 1, "x": value}], function=anything) for _ in range(2)]
    assert frames[0].status.tolist() == ["ok"]
    assert frames[1].attrs["reused"] == 1
    assert main(["list", str(tmp_path)]) == 0
    assert "x=" in capsys.readouterr().out


def anything(data, point, x, *, epochs, seed):
    return {"valid_accuracy": [0.5]}


def test_a_setting_that_cannot_be_told_is_refused_before_anything_runs(tmp_path, data):
    with pytest.raises(TypeError, match="expected a setting that can be told by its value"):
        run(data, tmp_path, [{"point": 1, "x": threading.Lock()}], function=anything)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_trial_that_exits_is_a_failed_row(data, jobs):
    frame = search(POINTS, data, epochs=1, n_jobs=jobs, run=leaving)
    assert frame.status.tolist() == ["ok", "failed", "failed"]
    assert frame.reason.tolist() == ["", "SystemExit: 3", "GeneratorExit"]


def test_a_reason_of_any_text_is_kept_and_listed(tmp_path, data, capsys):
    frame = run(data, tmp_path, grid(point=[0, 1]), function=failing)
    assert frame.reason[0] == "ValueError: \ud800\n\x1b[31m"
    assert frame.reason[1].endswith("Unprintable: <exception str() failed>")
    assert main(["list", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.encode().splitlines()) == 3


def replace_by_folder(path):
    path.unlink()
    (path / "inner").mkdir(parents=True)


def replace_by_pipe(path):
    path.unlink()
    os.mkfifo(path)


def rewrite(path, **changes):
    record = {**json.loads(path.read_bytes())["record"], **changes}
    path.write_bytes(encode({name: value for name, value in record.items() if value != "nothing"}))


DAMAGE = {
    "deep JSON": lambda path: path.write_bytes(b"[" * 100_000),
    "a deep record": lambda path: path.write_bytes(b'{"record": ' * 50_000),
    "a folder in its place": replace_by_folder,
    "a pipe in its place": replace_by_pipe,
    "no status": lambda path: rewrite(path, status="nothing"),
    "a status that is no text": lambda path: rewrite(path, status=[1]),
    "settings that are none": lambda path: rewrite(path, settings=3),
    "no history": lambda path: rewrite(path, history=None),
    "a history of another kind": lambda path: rewrite(path, history={"train_loss": [1]}),
    "a list": lambda path: path.write_bytes(b"[1, 2]"),
    "a record that is a list": lambda path: path.write_bytes(b'{"record": [], "sha256": ""}'),
    "a large number": lambda path: path.write_bytes(b'{"record": ' + b"1" * 5000 + b"}"),
    "no UTF-8": lambda path: path.write_bytes(b"\xff\xfe\xfa"),
    "nothing": lambda path: path.write_bytes(b""),
    "a huge file": lambda path: os.truncate(path, 2**40),
    "a link to itself": lambda path: (path.unlink(), path.symlink_to(path)),
}


@pytest.mark.posix
@pytest.mark.filterwarnings("ignore:.*renamed to")
@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_record_is_reported_and_its_trial_runs_again(tmp_path, data, capsys, case):
    whole = run(data, tmp_path)
    path = sorted((tmp_path / "trials").glob("*.json"))[0]
    DAMAGE[case](path)
    assert main(["list", str(tmp_path)]) == 0
    assert "2 trials, 1 damaged files" in capsys.readouterr().out
    with pytest.warns(CacheWarning, match="the trial runs again"):
        healed = run(data, tmp_path)
    assert healed.attrs["reused"] == 2
    assert values(healed) == values(whole)
    assert run(data, tmp_path).attrs["reused"] == 3


@pytest.mark.parametrize("name", ["trials", "locks", "running", "checkpoints"])
def test_something_else_in_a_folders_place_is_moved_away(tmp_path, data, name):
    (tmp_path / name).write_text("mine")
    with pytest.warns(CacheWarning, match=f"{name} is no file or folder of a .* renamed to {name}.damaged-"):
        run(data, tmp_path)
    assert run(data, tmp_path).attrs["reused"] == 3
    assert next(tmp_path.glob(f"{name}.damaged-*")).read_text() == "mine"


@pytest.mark.filterwarnings("ignore:.*cannot be written", "ignore:.*were removed")
@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_folder_removed_while_the_search_runs_loses_nothing(tmp_path, data, jobs):
    cache = tmp_path / "cache"
    space = grid(point=range(6), folder=[str(cache)])
    with pytest.warns(CacheWarning, match=r"were removed from .* while the search ran|cannot be written"):
        frame = search(space, data, epochs=1, n_jobs=jobs, cache=cache, run=removing)
    assert frame.status.tolist() == ["ok"] * 6
    assert search(space, data, epochs=1, n_jobs=jobs, cache=cache, run=removing).attrs["reused"] == 6


def test_damaged_data_of_the_workers_are_written_anew(tmp_path, data):
    folder = publish_dataset(data, tmp_path, sync=False)
    for name in ("train_images", "valid_labels", "description"):
        path = folder / f"{name}.npy"
        content = bytearray(path.read_bytes())
        for damaged in (bytes(content[:-1]) + bytes([content[-1] ^ 1]), content[:-1], b"", b"\x93NUMPY" + bytes(99)):
            path.write_bytes(damaged)
            open_dataset.cache_clear()
            with pytest.raises(DatasetLost):
                open_dataset(str(folder))
            with pytest.warns(CacheWarning, match=f"{name}.npy is damaged: it is written anew"):
                publish_dataset(data, tmp_path, sync=False)
            assert path.read_bytes() == content
    shutil.rmtree(folder)
    folder.write_text("mine")
    with pytest.warns(CacheWarning, match="renamed to"):
        publish_dataset(data, tmp_path, sync=False)
    assert open_dataset(str(folder)).classes == data.classes


def mutate(content, rng):
    """Return the bytes with one random change: cut, flipped, doubled, or a piece put elsewhere."""
    place, length = rng.randrange(len(content)), rng.randrange(1, 30)
    piece = content[place : place + length]
    kind = rng.randrange(5)
    if kind == 0:
        return content[:place]
    if kind == 1:
        return content[:place] + bytes([content[place] ^ 1 << rng.randrange(8)]) + content[place + 1 :]
    if kind == 2:
        return content[:place] + piece * rng.randrange(2, 2000) + content[place:]
    if kind == 3:
        return content[:place] + content[place + length :]
    odd = rng.choice([b"[" * 5000, b"1e999", b"NaN", b"null", b"\xff", b"{", b"-", b'"'])
    return content[:place] + odd + content[place:]


def fuzz(folder, data, count, seed):
    """Mutate a record `count` times; return how many mutations were noticed. None may crash or alter a result."""
    run(data, folder, POINTS[:1])
    store, rng, noticed = TrialStore(folder), random.Random(seed), 0
    path = next(folder.glob("trials/*.json"))
    content, record = path.read_bytes(), store.load(path.stem)
    for _ in range(count):
        path.write_bytes(mutate(content, rng))
        try:
            assert store.result(path.stem) == record  # white space, say
        except DamagedRecord:
            noticed += 1
    path.write_bytes(content)
    return noticed


def fuzz_fields(folder, data, count, seed):
    """Change fields of a record, its hash with them; none may crash the search."""
    rng, path = random.Random(seed), next(folder.glob("trials/*.json"))
    record = json.loads(path.read_bytes())["record"]
    odd = [None, True, -1, 1.5, "", "ok", [], {}, [[]], {"a": None}, 10**30, float("nan"), "nothing"]
    for _ in range(count):
        target = record if rng.random() < 0.5 else record["history"]
        name = rng.choice([*target])
        history = record["history"] if target is record else {**target, name: rng.choice(odd)}
        changed = {**record, "history": history, **({name: rng.choice(odd)} if target is record else {})}
        path.write_bytes(encode(changed))
        assert main(["list", str(folder)]) == 0
        assert run(data, folder, POINTS[:1]).status[0] in ("ok", "diverged")


@pytest.mark.filterwarnings("ignore:.*the trial runs again")
def test_mutated_records_are_noticed(tmp_path, data):
    assert fuzz(tmp_path, data, 300, 1) > 250
    fuzz_fields(tmp_path, data, 20, 1)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*the trial runs again")
def test_many_mutated_records_are_noticed(tmp_path, data):
    assert fuzz(tmp_path, data, 5000, 2) > 4500
    fuzz_fields(tmp_path, data, 1000, 2)
