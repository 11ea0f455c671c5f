"""The same search on a real Dask cluster of several processes on this machine."""

import os

import pytest
import search_trials
from search_processes import WorkerKiller, assert_none_ran_twice, count, start_search, wait_for_results
from search_trials import SPACE, journal, journaled, tiny_data, values

from mlp_core.tuning import ClusterError, grid, search


@pytest.fixture(scope="module")
def journal_path(tmp_path_factory):
    return tmp_path_factory.mktemp("cluster") / "journal"


@pytest.fixture(scope="module")
def cluster(journal_path):
    from dask import config
    from distributed import LocalCluster

    path = os.pathsep.join([os.path.dirname(search_trials.__file__), os.environ.get("PYTHONPATH", "")])
    environment = {"JOURNAL": str(journal_path), "PYTHONPATH": path}
    with config.set({"distributed.scheduler.allowed-failures": 20}), pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
            yield cluster


@pytest.fixture(autouse=True)
def journal_file(journal_path, cluster):
    journal_path.unlink(missing_ok=True)
    os.environ["JOURNAL"] = str(journal_path)


@pytest.fixture(scope="module")
def expected(tmp_path_factory, cluster):
    return values(search(SPACE, tiny_data(), epochs=2, n_jobs=1, run=journaled))


@pytest.mark.long
def test_the_table_is_the_local_one_though_workers_are_killed(tmp_path, cluster, expected):
    cache = tmp_path / "cache"
    with WorkerKiller(kills=2, seed=4) as killer:
        frame = search(SPACE, tiny_data(), epochs=2, cache=cache, scheduler=cluster.scheduler_address, run=journaled)
    assert killer.killed
    assert values(frame) == expected
    assert_none_ran_twice(cache)
    assert os.getpid() not in {line["pid"] for line in journal()}


@pytest.mark.long
def test_a_killed_client_is_resumed(tmp_path, cluster, expected):
    cache, address = tmp_path / "cache", cluster.scheduler_address
    process = start_search(cache, scheduler=address)
    wait_for_results(cache, 4)
    process.kill()
    process.communicate()
    frame = search(SPACE, tiny_data(), epochs=2, cache=cache, scheduler=address, run=journaled)
    assert values(frame) == expected
    assert frame.attrs["reused"] >= 4
    assert_none_ran_twice(cache)


@pytest.mark.long
def test_workers_without_the_cache_folder_get_the_data_and_return_results(tmp_path, cluster, expected, monkeypatch):
    monkeypatch.setattr("mlp_core.tuning.workers.check_workers", lambda client, folder: False)
    cache, address = tmp_path / "cache", cluster.scheduler_address
    frame = search(SPACE, tiny_data(), epochs=2, cache=cache, scheduler=address, run=journaled)
    assert values(frame) == expected
    assert count(cache) == len(SPACE)
    assert not (cache / "data").exists()
    again = search(SPACE, tiny_data(), epochs=2, cache=cache, n_jobs=1, run=journaled)
    assert again.attrs["reused"] == len(SPACE)


def test_the_environment_names_a_scheduler(cluster, monkeypatch):
    monkeypatch.setenv("MLP_CORE_SCHEDULER", cluster.scheduler_address)
    search(grid(hidden=[(3,)], learning_rate=[0.1], batch_size=[8]), tiny_data(), epochs=1, n_jobs=1, run=journaled)
    assert os.getpid() not in {line["pid"] for line in journal()}


def test_nobody_answers(monkeypatch):
    monkeypatch.setattr("mlp_core.tuning.workers.CONNECT_TIMEOUT", 0.5)
    with pytest.raises(ClusterError, match="no Dask scheduler answers at tcp://127.0.0.1:9: start one with"):
        search(grid(hidden=[(3,)]), tiny_data(), epochs=1, scheduler="tcp://127.0.0.1:9")


@pytest.mark.long
def test_another_version_of_the_code_is_refused(cluster, monkeypatch):
    monkeypatch.setattr("mlp_core.tuning.workers.code_version", lambda: "older")
    with pytest.raises(ClusterError, match="another version of mlp_core"):
        search(grid(hidden=[(3,)]), tiny_data(), epochs=1, scheduler=cluster.scheduler_address)
