import os

import pytest

from report.run import fingerprint
from report.run.fingerprint import data_files, digest_file, digest_files, reached, room, stamps


@pytest.fixture
def root(tmp_path):
    """Two packages with rooms of every kind, and a folder of notebooks."""
    files = {
        "mlp_core/__init__.py": "", "mlp_core/inner/table.dat": "1", "mlp_core/.hidden": "", "report/__init__.py": "",
        "report/chapter/__init__.py": "", "report/chapter/drawing.py": "from report.chapter import colors",
        "report/chapter/drawing/style.txt": "", "report/drawing/data.txt": "", "report/chapter/colors.py": "",
        "report/lazy.py": "def f():\n    from .chapter.late import x", "report/chapter/late.py": "",
        "report/chapter/late/x.py": "", "report/run/__init__.py": "", "report/book/typesetting.py": "",
        "report/run/worker.py": '"""Runs report.book.merge not."""\nimport mlp_core', "report/book/__init__.py": "",
        "report/book/merge.py": "import report.book.typesetting",
        "notebooks/helper.py": "import other", "notebooks/other/__init__.py": "",
        "report/__pycache__/a.pyc": "", "notebooks/stranger.py": "", "requirements.lock": "1",
    }  # fmt: skip
    for name, body in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    return tmp_path


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import mlp_core.inner", {"mlp_core/__init__.py", "mlp_core/inner/table.dat"}),
        (
            "from report.chapter import drawing",
            {"report/chapter/drawing.py", "report/chapter/drawing/style.txt", "report/drawing/data.txt",
             "report/chapter/__init__.py", "report/chapter/colors.py"},
        ),
        (
            "import report.lazy as lazy",
            {"report/lazy.py", "report/chapter/__init__.py", "report/chapter/late.py", "report/chapter/late/x.py"},
        ),
        (
            "module = __import__('report.book.merge')",
            {"report/book/__init__.py", "report/book/merge.py", "report/book/typesetting.py"},
        ),
        ("if helper_is_wanted:\n    from helper import f", {"helper.py", "other/__init__.py"}),
        ("import numpy, json\nfrom . import nothing", set()),
        ("not Python", set()),
    ],
)
def test_imports_reach_whole_rooms_and_what_those_import(root, code, names):
    found = set(reached([code], root, root / "notebooks").values())
    assert found - {"report/__init__.py"} == names


def test_a_notebook_runs_with_its_worker_and_the_lock(root):
    found = set(fingerprint.experiment_files([], root, root / "notebooks").values())
    worker = {"report/__init__.py", "report/run/__init__.py", "report/run/worker.py"}
    expected = {"mlp_core/__init__.py", "mlp_core/inner/table.dat", "requirements.lock"}
    assert found == expected | worker


def test_python_counts_as_it_runs_and_all_else_as_it_stands(tmp_path):
    for name, same in (("a.py", True), ("a.csv", False)):
        (tmp_path / name).write_text("1  # one\n")
        before = digest_file(tmp_path / name)
        (tmp_path / name).write_text("1  # another\n")
        assert (digest_file(tmp_path / name) == before) is same


@pytest.mark.parametrize("named", ["{}/data", "~/data", "data"])
def test_local_data_count_by_content_however_their_folder_is_named(tmp_path, monkeypatch, named):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLP_CORE_DATA", named.format(tmp_path))
    image = tmp_path / "data" / "FashionMNIST" / "raw" / "images.gz"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"1")
    before = digest_files(data_files("fashion-mnist", tmp_path))
    (tmp_path / "data" / "mnist").mkdir()
    (tmp_path / "data" / "mnist" / "images.gz").write_bytes(b"1")
    os.utime(image, (1, 1))
    assert digest_files(data_files("fashion-mnist", tmp_path)) == before
    image.write_bytes(b"2")
    assert digest_files(data_files("fashion-mnist", tmp_path)) != before


def test_data_that_a_path_names_lie_beside_the_notebook(tmp_path):
    (tmp_path / "own.npz").write_bytes(b"1")
    assert data_files("own.npz", tmp_path) == {tmp_path / "own.npz": "own.npz"}
    assert data_files("mnist-5k", tmp_path) == data_files("", tmp_path) == {}


def test_a_digest_depends_on_names_and_contents_and_on_what_is_missing(tmp_path):
    (tmp_path / "a").write_text("1")
    names = {tmp_path / "a": "a", tmp_path / "b": "b"}
    first = digest_files(names)
    (tmp_path / "b").write_text("")
    assert len({first, digest_files(names), digest_files({tmp_path / "a": "c", tmp_path / "b": "b"})}) == 3


def test_stamps_tell_that_a_file_was_changed_and_changed_back(tmp_path):
    path = tmp_path / "a"
    path.write_text("1")
    before = stamps([path])
    times = path.stat()
    assert stamps([path]) == before
    path.write_text("2")
    path.write_text("1")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    os.chmod(path, 0o600)
    assert stamps([path]) != before


def test_a_snapshot_holds_the_code_and_nothing_of_an_older_one(root, monkeypatch):
    monkeypatch.setattr(fingerprint, "ROOT", root)
    (root / "build" / "code" / "mlp_core").mkdir(parents=True)
    (root / "build" / "code" / "mlp_core" / "old.py").touch()
    copy = fingerprint.snapshot(root / "build")
    assert copy == fingerprint.code_folder(root / "build")
    copied = {str(path.relative_to(copy)) for path in room(copy)}
    original = room(root / "mlp_core") | room(root / "report") | {root / "requirements.lock"}
    assert copied == {str(path.relative_to(root)) for path in original}
