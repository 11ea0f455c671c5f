import json
import zipfile

import numpy as np
import pytest

from mlp_core import Layer, NetworkFileError, Sequential, cnn, mlp

X = np.random.default_rng(0).random((5, 784)).astype("float32")
SMALL = {"kind": "Linear", "in_features": 2, "out_features": 3, "dtype": "float32"}


def write(path, layers, arrays, input_shape=(2,), version=1, save=np.savez):
    """Write a file as `save_layers` does, with any content."""
    content = {"format": "mlp_core network", "version": version, "input_shape": input_shape, "layers": layers}
    save(path, architecture=np.frombuffer(json.dumps(content).encode(), np.uint8), **arrays)
    return path


def good_arrays():
    return {"0.weight": np.ones((2, 3), "float32"), "0.bias": np.zeros(3, "float32")}


@pytest.mark.parametrize(
    "network",
    [
        mlp([784, 30, 20, 10], activation=["tanh", "sigmoid"], dropout=0.2),
        mlp([784, 10], dtype="float64"),
        cnn("ift6135-b"),
        cnn("ift6135-c", dropout=0.5),
    ],
    ids=["mlp", "float64", "ift6135-b", "ift6135-c"],
)
def test_a_loaded_network_predicts_the_same_bits(network, tmp_path):
    network.save(tmp_path / "net.npz")
    loaded = Sequential.load(tmp_path / "net.npz")
    assert np.array_equal(loaded.predict_proba(X), network.predict_proba(X))
    assert repr(loaded) == repr(network)


def test_the_file_opens_without_pickle_and_holds_the_parameters(tmp_path):
    network = mlp([784, 10])
    network.save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["0.weight"], network.params["0.weight"])


def test_the_loaded_network_can_be_trained(tmp_path):
    path = write(tmp_path / "net.npz", [SMALL], good_arrays())
    Sequential.load(path).params["0.weight"][...] = 5


def test_a_failed_save_leaves_the_old_file(tmp_path):
    class ReLU(Layer):
        pass

    class Steep(Layer):
        def __init__(self, slope):
            super().__init__()

    path = tmp_path / "net.npz"
    mlp([4, 2]).save(path)
    before = path.read_bytes()
    with pytest.raises(TypeError, match="layer 0, ReLU.*, cannot be found by its name"):
        Sequential([ReLU()]).save(path)
    with pytest.raises(NetworkFileError, match="could not be loaded again: .*'slope'"):
        Sequential([Steep(2)]).save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["net.npz"]


def bomb(path):
    """Claim 400 GB of weights in a file of a few bytes."""
    layer = {**SMALL, "in_features": 10**6, "out_features": 10**5}
    return write(path, [layer], good_arrays(), (10**6,))


def pickled(path):
    return write(path, [SMALL], {"0.weight": np.array([[print] * 3] * 2), "0.bias": np.zeros(3, "float32")})


def truncated(path):
    write(path, [SMALL], good_arrays())
    path.write_bytes(path.read_bytes()[:-100])
    return path


def flipped(path):
    write(path, [SMALL], good_arrays())
    content = bytearray(path.read_bytes())
    content[content.index(np.ones(6, "float32").tobytes())] ^= 1
    path.write_bytes(content)
    return path


def no_architecture(path):
    np.savez(path, **good_arrays())
    return path


def not_json(path):
    np.savez(path, architecture=np.frombuffer(b"{x", np.uint8))
    return path


def text(path):
    path.write_text("hello")
    return path


def extra(path):
    write(path, [SMALL], good_arrays())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.npy", b"")
    return path


HOSTILE = {
    bomb: "expected 0.weight as float32",
    pickled: "0.weight.npy: expected an array of numbers, got dtype object",
    truncated: "not a readable .npz",
    flipped: "Bad CRC",
    no_architecture: "written by network.save",
    not_json: "does not hold a network",
    text: "not a readable .npz",
    extra: "more.npy: expected an array",
    lambda path: write(path, [SMALL], good_arrays(), version=2): "version 2.*up to version 1",
    lambda path: write(path, [SMALL], good_arrays(), save=np.savez_compressed): "compressed",
    lambda path: write(path, [{"kind": "Eval"}], {}): "got 'Eval'",
    lambda path: write(path, [{"kind": "Dropout", "p": 0.1, "__class__": 1}], {}): "does not hold a network",
    lambda path: write(path, [{**SMALL, "dtype": "O"}], good_arrays()): "float32 or float64",
    lambda path: write(path, [SMALL], good_arrays(), (7,)): r"expected inputs of shape \(2,\)",
    lambda path: write(path, [SMALL], {**good_arrays(), "0.bias": np.zeros(4, "float32")}): "expected 0.bias",
    lambda path: write(path, "Linear", {}): "does not hold a network",
    lambda path: write(path, [], {}): "at least one layer",
}


@pytest.mark.parametrize(("make", "message"), HOSTILE.items())
def test_other_files_are_refused(make, message, tmp_path):
    with pytest.raises(NetworkFileError, match=message):
        Sequential.load(make(tmp_path / "net.npz"))


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        Sequential.load(tmp_path / "net.npz")
