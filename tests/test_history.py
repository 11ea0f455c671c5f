import json
import math

import pandas as pd
import pytest

from mlp_core.history import COLUMNS, History


@pytest.fixture
def history():
    return History(
        train_loss=[1.0, 0.6, 0.5, 0.4],
        train_accuracy=[0.5, 0.7, 0.8, 0.9],
        valid_loss=[1.1, 0.7, 0.65, 0.7],
        valid_accuracy=[0.4, 0.75, 0.75, 0.7],
        running_loss=[1.2, 0.8, 0.55, 0.45],
        seconds=[0.1, 0.1, 0.1, 0.1],
        initial={"train_loss": 2.0, "train_accuracy": 0.1},
    )


def test_length_counts_epochs(history):
    assert len(history) == 4
    assert len(History()) == 0


def test_best_epoch_counts_from_one_and_follows_the_monitor(history):
    assert history.best_epoch == 3
    history.monitor = "valid_accuracy"
    assert history.best_epoch == 2  # the first of equals


def test_best_epoch_falls_back_to_the_training_loss():
    assert History(train_loss=[3.0, 1.0, 2.0]).best_epoch == 2


def test_no_epoch_is_best_of_none():
    assert History().best_epoch is None


def test_best_epoch_by_any_metric(history):
    assert history.best_epoch_by("train_loss") == 4
    with pytest.raises(ValueError, match="expected a metric among train_loss.*got 'loss'"):
        history.best_epoch_by("loss")


def test_epochs_to_a_target_accuracy(history):
    assert history.epochs_to(0.75) == 2
    assert history.epochs_to(0.8, split="train") == 3
    assert history.epochs_to(0.99) is None


@pytest.mark.parametrize("target", [75, -0.1])
def test_a_target_accuracy_is_a_fraction(history, target):
    with pytest.raises(ValueError, match="fraction between 0 and 1"):
        history.epochs_to(target)


def test_frame_has_one_row_an_epoch_and_the_initial_state_as_epoch_zero(history):
    frame = history.to_frame()
    assert frame.index.name == "epoch"
    assert list(frame.index) == [0, 1, 2, 3, 4]
    assert list(frame.columns) == [name for name in COLUMNS if not name.startswith("test")]
    assert frame.loc[0, "train_loss"] == 2.0
    assert math.isnan(frame.loc[0, "valid_loss"])
    assert frame.loc[4, "valid_accuracy"] == 0.7


def test_frame_of_an_empty_history_is_empty():
    assert History().to_frame().empty


def test_frame_starts_at_epoch_one_without_initial_values():
    pd.testing.assert_frame_equal(
        History(train_loss=[1.0]).to_frame(), pd.DataFrame({"train_loss": [1.0]}, index=pd.Index([1], name="epoch"))
    )


def test_saved_and_loaded_histories_are_equal(history, tmp_path):
    history.status, history.message = "stopped early", "no improvement"
    history.save(tmp_path / "history.json")
    assert History.load(tmp_path / "history.json") == history


def test_nan_and_infinity_survive_in_valid_json(tmp_path):
    path = tmp_path / "history.json"
    History(train_loss=[math.inf, -math.inf, math.nan, 0.1]).save(path)
    json.loads(path.read_text(), parse_constant=pytest.fail)  # NaN and Infinity are not JSON
    loaded = History.load(path).train_loss
    assert loaded[:2] == [math.inf, -math.inf]
    assert math.isnan(loaded[2])
    assert loaded[3] == 0.1


def test_saving_replaces_the_file_whole_and_leaves_nothing_behind(history, tmp_path):
    path = tmp_path / "history.json"
    path.write_text("old")
    history.save(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["history.json"]


def test_a_failed_save_keeps_the_old_file(tmp_path):
    path = tmp_path / "history.json"
    path.write_text("old")
    with pytest.raises(TypeError):
        History(train_loss=[object()]).save(path)
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("not json", "no readable history"),
        ("[]", "expected a JSON object"),
        ('{"format": "mlp_core.History", "version": 99}', "expected version 1, got 99"),
        ('{"format": "mlp_core.History", "version": 1, "speed": [1]}', "unknown entries: speed"),
        ('{"format": "mlp_core.History", "version": 1, "train_loss": "0.1"}', "expected train_loss as a list"),
        ('{"format": "mlp_core.History", "version": 1, "train_loss": [null]}', "expected numbers in train_loss"),
        ('{"format": "mlp_core.History", "version": 1, "train_loss": ["low"]}', "expected numbers in train_loss"),
        ('{"format": "mlp_core.History", "version": 1, "monitor": "speed"}', "expected a metric among"),
    ],
)
def test_loading_something_else_says_what_is_wrong(tmp_path, text, complaint):
    path = tmp_path / "history.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint) as caught:
        History.load(path)
    assert str(path) in str(caught.value)


def test_repr_says_how_far_and_how_good(history):
    assert repr(history) == (
        "History(4 epochs, completed, train_loss=0.4, train_accuracy=0.9, valid_loss=0.7, valid_accuracy=0.7)"
    )
