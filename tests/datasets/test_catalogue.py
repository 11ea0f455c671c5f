import gzip
import hashlib
from dataclasses import replace

import numpy as np
import pytest

from mlp_core.datasets.catalogue import SOURCES, Part, read_folder, read_part, to_pixels
from mlp_core.datasets.idx import to_idx
from mlp_core.storage.files import DatasetError

FORMS = ("idx", "gz", "npz", "pickle2", "pickle5")


@pytest.mark.parametrize("form", FORMS)
def test_every_format_gives_the_same_arrays(form, arrays, make_source, make_files, write, tmp_path):
    read = read_folder(make_source(), write(tmp_path, make_files(form)))
    for one, other in zip(read, arrays, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def test_names_with_a_dot_are_found_too(arrays, make_source, make_files, write, tmp_path):
    write(tmp_path, {name.replace("-idx", ".idx"): content for name, content in make_files("idx").items()})
    assert len(read_folder(make_source(), tmp_path)) == 4


def test_an_empty_or_missing_folder_holds_nothing(make_source, tmp_path):
    assert read_folder(make_source(), tmp_path) is None
    assert read_folder(make_source(), tmp_path / "missing") is None


def test_an_incomplete_folder_says_what_is_missing(make_source, make_files, write, tmp_path):
    files = make_files("gz")
    del files["t10k-labels-idx1-ubyte.gz"]
    write(tmp_path, files)
    with pytest.raises(DatasetError, match="tiny are incomplete: t10k-labels-idx1-ubyte.gz missing"):
        read_folder(make_source(), tmp_path)


def test_an_archive_beside_incomplete_files_is_enough(make_source, make_files, write, tmp_path):
    write(tmp_path, dict(list(make_files("gz").items())[:2]) | make_files("npz"))
    assert len(read_folder(make_source(), tmp_path)) == 4


@pytest.mark.parametrize("form", FORMS)
def test_one_changed_pixel_is_noticed_in_every_format(form, arrays, make_source, make_files, write, tmp_path):
    source = make_source()
    arrays[2][3, 4, 3] ^= 1  # the last pixel of the last test image
    files = make_files(form)
    if form == "npz":
        np.savez(tmp_path / "tiny.npz", x_train=arrays[0], y_train=arrays[1], x_test=arrays[2], y_test=arrays[3])
    else:
        write(tmp_path, files)
    with pytest.raises(DatasetError, match="not the file it should be: expected SHA-256"):
        read_folder(source, tmp_path)


def test_files_in_each_others_place_are_noticed(make_source, make_files, write, tmp_path):
    files = make_files("gz")
    names = list(files)
    write(tmp_path, dict(zip(names, [files[name] for name in (names[2], names[3], names[0], names[1])], strict=True)))
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte.gz: expected an array of shape \(12, 5, 4\)"):
        read_folder(make_source(), tmp_path)


def test_an_archive_of_other_arrays_says_which(arrays, make_source, tmp_path):
    np.savez(tmp_path / "tiny.npz", x_train=arrays[0])
    with pytest.raises(DatasetError, match="expected the arrays x_train, y_train, x_test, y_test, got x_train"):
        read_folder(make_source(), tmp_path)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_file_is_known_by_its_content_however_it_is_compressed(tmp_path, suffix):
    array = np.arange(6, dtype=np.uint8)
    part = Part("labels-idx1-ubyte", (6,), hashlib.sha256(to_idx(array)).hexdigest())
    path = tmp_path / f"labels-idx1-ubyte{suffix}"
    for mtime in (0, 1):
        path.write_bytes(gzip.compress(to_idx(array), mtime=mtime) if suffix else to_idx(array))
        np.testing.assert_array_equal(read_part(part, path), array)
    path.write_bytes(to_idx(array[::-1].copy()))
    with pytest.raises(DatasetError, match="expected SHA-256"):
        read_part(part, path)


@pytest.mark.parametrize("scale", [1, 255, 256])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_divided_pixels_become_bytes_again(scale, dtype):
    pixels = np.arange(256, dtype=np.uint8).reshape(4, 8, 8)
    part = Part("images", (4, 8, 8), sha256="")
    np.testing.assert_array_equal(to_pixels((pixels / scale).astype(dtype).reshape(4, 64), part), pixels)


@pytest.mark.parametrize("value", [-1.0, 256.0, 0.5, np.nan, np.inf])
def test_what_never_was_a_byte_is_refused(value):
    with pytest.raises(ValueError, match="whole numbers from 0 to 255"):
        to_pixels(np.array([[value, 200.0]]), Part("images", (1, 2), sha256=""))
    with pytest.raises(ValueError, match=r"of shape \(1, 2\), got \(3,\)"):
        to_pixels(np.arange(3), Part("images", (1, 2), sha256=""))


def test_the_catalogue_is_complete():
    assert list(SOURCES) == ["mnist", "fashion-mnist", "notmnist"]
    for source in SOURCES.values():
        assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in source.mirrors)
        assert all(len(part.sha256) == 64 for part in source.parts)
        assert len(source.classes) == 10
    assert replace(SOURCES["mnist"], name="other").size == 70_000 * 785
