import functools
import io
import sys
import types

import IPython.display
import pytest
import tqdm
import tqdm.notebook
from small_problems import blobs, small_network

from mlp_core import SGD, Dataset, ProgressBar, search, train
from mlp_core.progress import FILE, progress_class


def run(**options):
    return train(small_network(), blobs(), optimizer=SGD(0.1), valid=blobs(seed=1), batch_size=50, **options)


class FakeBar:
    """A bar that remembers what it was told."""

    def __init__(self, **options):
        self.options, self.updates, self.shown, self.closed = options, 0, [], False
        FakeBar.last = self

    def set_description(self, text, refresh):
        self.description = text

    def set_postfix(self, values, refresh):
        self.shown.append(values)

    def update(self):
        self.updates += 1

    def close(self):
        self.closed = True


def test_the_bar_counts_batches_shows_epoch_and_losses_and_closes(monkeypatch):
    monkeypatch.setattr("mlp_core.progress.progress_class", lambda: FakeBar)
    history = run(epochs=3, callbacks=[ProgressBar()])
    bar = FakeBar.last
    assert (bar.updates, bar.closed) == (9, True)
    assert (bar.options["total"], bar.options["delay"]) == (9, 2.0)
    assert bar.description == "epoch 3/3"
    assert bar.shown[-1]["valid_loss"] == f"{history.valid_loss[-1]:.4f}"


def test_the_real_bar_accepts_what_it_is_given(monkeypatch):
    written = io.StringIO()
    bar = functools.partial(tqdm.tqdm, file=written, mininterval=0, ncols=200, disable=False)
    monkeypatch.setattr("mlp_core.progress.progress_class", lambda: bar)
    history = run(epochs=3, callbacks=[ProgressBar(delay=0)])
    assert "| 9/9 [" in written.getvalue()
    assert "epoch 2/3: " in written.getvalue()
    assert f"train_loss={history.train_loss[1]:.4f}" in written.getvalue()


@pytest.fixture
def nowhere(monkeypatch):
    """Neither a terminal nor a notebook, and no wish in the environment."""
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setitem(sys.modules, "IPython", None)
    monkeypatch.setattr(sys, "stderr", types.SimpleNamespace(isatty=lambda: False))
    return monkeypatch


def test_no_bar_where_nobody_would_see_it(nowhere):
    assert progress_class() is None


def test_a_terminal_gets_the_plain_bar(nowhere):
    nowhere.setattr(sys, "stderr", types.SimpleNamespace(isatty=lambda: True))
    assert progress_class() is tqdm.tqdm


@pytest.mark.parametrize("batches", [2, 1])
def test_a_notebook_gets_its_own_bar_which_leaves_an_empty_output_also_when_stopped_early(nowhere, batches):
    shell, left = type("ZMQInteractiveShell", (), {})(), []
    nowhere.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    place = types.SimpleNamespace(update=lambda output, raw: left.append(output))
    nowhere.setattr(IPython.display, "display", lambda widget, display_id: place)
    bar = progress_class()(total=2, delay=1e-9, mininterval=0)
    assert isinstance(bar, tqdm.notebook.tqdm)
    bar.update(batches)
    bar.close()
    assert left == [{}]


@pytest.mark.parametrize(("value", "silent"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_the_environment_may_silence_the_bar(nowhere, value, silent):
    nowhere.setattr(sys, "stderr", types.SimpleNamespace(isatty=lambda: True))
    nowhere.setenv("TQDM_DISABLE", value)
    assert (progress_class() is None) == silent


@pytest.fixture
def told(monkeypatch, tmp_path):
    """The file of a program that watches, and all that ever stood in it."""
    path, seen = tmp_path / "progress", []
    monkeypatch.setenv(FILE, str(path))
    monkeypatch.setenv("TQDM_DISABLE", "1")
    monkeypatch.setattr("mlp_core.progress.Path.write_text", lambda _, text, encoding: seen.append(text))
    bar = progress_class()
    monkeypatch.setattr(tqdm.tqdm, "update", lambda self, n=1: setattr(self, "n", self.n + n) or self.display())
    assert issubclass(bar, tqdm.tqdm)
    return seen


def test_a_program_that_watches_is_told_of_every_training(told):
    run(epochs=3)
    assert told[0] == "1 of 9 batch"
    assert "epoch 2/3, 7 of 9 batch" in told
    assert told[-1] == "epoch 2/3, 9 of 9 batch"


def test_the_search_is_told_before_the_training_in_it(told):
    data = Dataset(blobs(), blobs(seed=1), blobs(seed=2))
    search([{"hidden": [3], "learning_rate": 0.1}, {"hidden": [4], "learning_rate": 0.1}], data, epochs=2, n_jobs=1)
    assert any(text.startswith("search, 1 of 2 trial\nepoch 1/2, ") for text in told), told


def test_a_long_search_that_is_watched_writes_nothing_else(told, monkeypatch, capsys):
    class Long(progress_class()):
        def close(self):
            self.last_print_t = self.start_t + 10
            super().close()

    monkeypatch.setattr("mlp_core.tuning.session.progress_class", lambda: Long)
    data = Dataset(blobs(), blobs(seed=1), blobs(seed=2))
    search([{"hidden": [3], "learning_rate": 0.1}], data, epochs=1, n_jobs=1)
    assert capsys.readouterr().err == ""


def test_a_file_that_cannot_be_written_stops_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv(FILE, str(tmp_path / "missing" / "progress"))
    assert len(run(epochs=2, callbacks=[ProgressBar(delay=0)])) == 2
