import json

import numpy as np
import pytest
from report_samples import code, notebook

from mlp_core import Dataset, Split, mlp
from report.chapter import kept


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return Dataset(*(Split(rng.random((n, 4)), np.arange(n) % 3) for n in (9, 6, 12)), name="tiny")


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Return a function that keeps something and stores it as the notebook `01-a` would."""
    outputs = []

    def display(bundle, raw):
        outputs.append({"output_type": "display_data", "data": json.loads(json.dumps(bundle)), "metadata": {}})

    monkeypatch.setattr("IPython.display.display", display)

    def store(*args, **named):
        kept.keep(*args, **named)
        (tmp_path / "01-a.ipynb").write_text(json.dumps(notebook(code("keep", count=1, outputs=tuple(outputs)))))
        return kept.load(tmp_path)

    return store


def test_the_answers_of_every_seed_come_back_and_are_marked(stored, data):
    networks = [mlp([4, 8, 3], seed=seed) for seed in (0, 1)]
    (one,) = stored("MLP", networks, data)
    assert (one.chapter, one.name, one.dataset, one.parameters) == ("01-a", "MLP", "tiny", networks[0].num_parameters)
    expected = [network.predict(data.test.images) == data.test.labels for network in networks]
    np.testing.assert_array_equal(one.hits(data), expected)


def test_what_it_was_trained_by_comes_back_if_it_was_said(stored, data):
    (one,) = stored("MLP", mlp([4, 3], seed=0), data, trained_on=9, updates=13.6)
    assert (one.trained_on, one.updates) == (9, 14)
    (one,) = stored("MLP", mlp([4, 3], seed=0), data)
    assert (one.trained_on, one.updates) == (None, None)


def test_a_network_may_want_its_images_otherwise(stored, data):
    network = mlp([4, 8, 3], seed=0)
    (one,) = stored("MLP", network, data, images=2 * data.test.images - 1)
    np.testing.assert_array_equal(one.answers, [network.predict(2 * data.test.images - 1)])


def test_the_last_of_one_name_counts_and_the_order_is_kept(stored, data):
    stored("a", mlp([4, 3], seed=0), data)
    stored("b", mlp([4, 3], seed=1), data)
    last = mlp([4, 3], seed=2)
    one, other = stored("a", last, data)
    assert (one.name, other.name) == ("a", "b")
    np.testing.assert_array_equal(one.answers, [last.predict(data.test.images)])


def test_a_data_set_of_ones_own_is_found_by_its_path(stored, data, tmp_path):
    stored("MLP", mlp([4, 3], seed=0), data)
    for path, tag in ((None, None), ("mnist-5k", "parameters"), ("../my.npz", "injected-parameters")):
        written = json.loads((tmp_path / "01-a.ipynb").read_text())
        if path:
            source = f'seed = 1\ndataset: str = "{path}"  # a'
            cell = {"cell_type": "code", "metadata": {"tags": [tag]}, "source": source}
            written["cells"].append(cell)
            (tmp_path / "01-a.ipynb").write_text(json.dumps(written))
        assert kept.load(tmp_path)[0].source == (path or "tiny")


def test_the_output_shows_neither_answers_nor_marks(monkeypatch, data):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle["text/plain"]))
    kept.keep("MLP", mlp([4, 3], seed=0), data)
    assert shown == ["kept: MLP"]


def test_other_test_labels_are_refused(stored, data):
    (one,) = stored("MLP", mlp([4, 3], seed=0), data)
    other = Dataset(data.train, data.valid, data.valid, name="other")
    with pytest.raises(ValueError, match="MLP of 01-a was asked about the test images of tiny as they were then"):
        one.hits(other)


def test_one_image_is_expected_for_each_label(data):
    with pytest.raises(ValueError, match="12 test images for 'MLP', got 1 and 6"):
        kept.keep("MLP", mlp([4, 3], seed=0), data, images=data.valid.images)
    with pytest.raises(ValueError, match="got 0 and 12"):
        kept.keep("MLP", [], data)


def test_a_folder_without_notebooks_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a folder with executed notebooks"):
        kept.load(tmp_path)
