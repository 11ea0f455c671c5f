import http.server
import os
import pickle
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from mlp_core.datasets import cache
from mlp_core.datasets.cache import fetch, from_cache
from mlp_core.datasets.downloads import Patience
from mlp_core.storage.files import DatasetError

SHORT = Patience(connect=0.5, stall=0.5, total=2)
# twenty processes in the time that one takes to import the libraries
PROGRAM = """
import os, pickle, sys
from mlp_core.datasets.cache import fetch
source, folder, total = pickle.load(sys.stdin.buffer)
children = []
for _ in range(20):
    children.append(os.fork())
    if children[-1] == 0:
        sys.exit(int(sum(int(array.sum()) for array in fetch(source, folder)) != total))
sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""


class Counting(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and keeps the names that were asked for."""

    def do_GET(self):
        self.server.requests.append(self.path.strip("/"))
        time.sleep(0.02)  # long enough for others to come by
        super().do_GET()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def mirror(tmp_path, write, make_files, monkeypatch):
    """Return a server of a folder with the right files; its `requests`, `url` and `folder` are attributes."""
    folder = write(tmp_path / "mirror", make_files("gz"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Counting, directory=str(folder))) as server:
        server.requests, server.folder, server.url = [], folder, f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.02))
        thread.start()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return the folder in which the cache keeps the tiny data set."""
    monkeypatch.setattr(cache, "cache_folders", lambda name: [tmp_path / "cache" / name])
    (tmp_path / "cache" / "tiny").mkdir(parents=True)
    return tmp_path / "cache" / "tiny"


def assert_same(read, arrays):
    for one, other in zip(read, arrays, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_download_is_kept_and_not_repeated(mirror, kept, make_source, arrays):
    source = make_source([mirror.url])
    assert_same(from_cache(source, SHORT), arrays)
    assert len(mirror.requests) == 4
    assert_same(from_cache(source, SHORT), arrays)
    assert len(mirror.requests) == 4


def test_a_mirror_with_another_file_is_passed_over_for_this_one_only(mirror, kept, make_source, arrays):
    (mirror.folder / "bad").mkdir()
    for path in mirror.folder.glob("*.gz"):
        (mirror.folder / "bad" / path.name).write_bytes(b"<html>")
    source = make_source([mirror.url + "bad/", mirror.url])
    assert_same(from_cache(source, SHORT), arrays)
    assert sum(name.startswith("bad/") for name in mirror.requests) == 1  # the one that worked comes first from then on


def test_the_archive_is_the_last_resort(mirror, kept, make_source, make_files, write, arrays):
    write(mirror.folder, make_files("npz"))
    (mirror.folder / "t10k-labels-idx1-ubyte.gz").unlink()
    assert_same(from_cache(make_source([mirror.url], mirror.url + "tiny.npz"), SHORT), arrays)
    assert mirror.requests[-1] == "tiny.npz"


def test_a_damaged_cache_is_healed_with_what_is_damaged_only(mirror, kept, make_source, arrays):
    source = make_source([mirror.url])
    fetch(source, kept, SHORT)
    mirror.requests.clear()
    (kept / "train-labels-idx1-ubyte.gz").write_bytes(b"rotten")
    (kept / ".train-labels-idx1-ubyte.gz.4711.part").write_bytes(b"of a killed process")
    assert_same(from_cache(source, SHORT), arrays)
    assert mirror.requests == ["train-labels-idx1-ubyte.gz"]
    assert sorted(path.name for path in kept.iterdir() if path.suffix == ".part") == []


def test_without_a_network_the_message_says_what_to_put_where(kept, make_source):
    with pytest.raises(DatasetError) as caught:
        from_cache(make_source(["http://127.0.0.1:9/data/"]), SHORT, looked_in=[Path("/my/own")])
    message = str(caught.value)
    assert f"{Path('/my/own')}: nothing of tiny there" in message
    assert "http://127.0.0.1:9/data/train-images-idx3-ubyte.gz: no connection" in message
    assert f"put these files by hand into {kept}/" in message
    assert message.count("http://127.0.0.1:9/data/") == 1 + 4
    assert "MLP_CORE_DATA" in message
    assert 'load_dataset("mnist-5k")' in message
    assert [path.name for path in kept.iterdir() if path.suffix == ".gz"] == []


def test_a_damaged_file_is_named_and_kept_until_there_is_a_better_one(
        mirror, kept, make_source, make_files, write, arrays):
    write(kept, make_files("idx") | {"t10k-labels-idx1-ubyte": b"put here by hand"})
    with pytest.raises(DatasetError, match="t10k-labels-idx1-ubyte: not an IDX file.*\n.*no connection"):
        from_cache(make_source(["http://127.0.0.1:9/"]), SHORT)
    assert (kept / "t10k-labels-idx1-ubyte").exists()
    assert_same(from_cache(make_source([mirror.url]), SHORT), arrays)
    assert not (kept / "t10k-labels-idx1-ubyte").exists()
    assert mirror.requests == ["t10k-labels-idx1-ubyte.gz"]


def test_the_advice_of_the_message_works(kept, make_source, make_files, write, arrays):
    write(kept, make_files("gz"))
    assert_same(from_cache(make_source(["http://127.0.0.1:9/"]), SHORT), arrays)


def test_a_temporary_folder_takes_the_place_of_an_unwritable_cache(mirror, tmp_path, monkeypatch, make_source, arrays):
    (tmp_path / "file").touch()  # in whose place no folder can be made, whoever asks
    monkeypatch.setattr(cache, "cache_folders", lambda name: [tmp_path / "file" / name, tmp_path / "temporary" / name])
    assert_same(from_cache(make_source([mirror.url]), SHORT), arrays)
    assert (tmp_path / "temporary" / "tiny" / "train-images-idx3-ubyte.gz").exists()
    monkeypatch.setattr(cache, "cache_folders", lambda name: [tmp_path / "file" / name])
    with pytest.raises(DatasetError, match="no folder to keep a download in: cannot write to"):
        from_cache(make_source([mirror.url]), SHORT)


def test_the_cache_lies_in_the_users_cache_folder_and_then_in_a_temporary_one(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, second = cache.cache_folders("mnist")
    assert first.parts[-2:] == second.parts[-2:] == ("mlp_core", "mnist")
    assert first != second


def test_a_process_that_holds_the_folder_too_long_is_reported(kept, make_source):
    with cache._locked(kept, SHORT), pytest.raises(DatasetError, match="another process has been downloading"):
        fetch(make_source(), kept, Patience(lock=0.1))


@pytest.mark.posix
def test_twenty_processes_at_once_download_once(mirror, kept, make_source, arrays):
    message = pickle.dumps((make_source([mirror.url]), kept, sum(int(array.sum()) for array in arrays)))
    environment = os.environ | {"NO_PROXY": "127.0.0.1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], input=message, env=environment, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(mirror.requests) == sorted(path.name for path in mirror.folder.iterdir())
