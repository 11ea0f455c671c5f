"""Files that are written whole keep what their owner made of them: their permissions, and the links to them."""

import pytest
from small_problems import blobs, small_network

from mlp_core import SGD, History, train
from mlp_core.storage.files import atomic_write
from report.run.store import write


def test_a_new_file_in_the_place_of_an_old_one_has_its_permissions(tmp_path):
    path = tmp_path / "mine"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with atomic_write(path) as file:
        assert {one.stat().st_mode & 0o777 for one in tmp_path.iterdir()} == {0o640}
        file.write(b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)


WRITERS = {
    "network": lambda path: small_network().save(path),
    "history": lambda path: History().save(path),
    "checkpoint": lambda path: train(small_network(), blobs(), optimizer=SGD(0.1), epochs=1, checkpoint=path),
    "notebook": lambda path: write(path, b"{}"),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_where_a_link_points_the_file_is_written_and_the_link_stays(kind, tmp_path):
    (tmp_path / "disk").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "disk" / "file")
    WRITERS[kind](link)
    assert link.is_symlink()
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["file"]


@pytest.mark.parametrize("kind", ["network", "history"])
@pytest.mark.parametrize("name", ["missing/file", "folder", "file/under", "x" * 300])
def test_where_nothing_can_be_written_the_error_names_the_file_asked_for(kind, name, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(OSError) as caught:  # noqa: PT011 -- which one, the system says
        WRITERS[kind](tmp_path / name)
    assert (caught.value.filename, caught.value.filename2) == (str(tmp_path / name), None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
