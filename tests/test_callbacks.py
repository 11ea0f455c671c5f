
import pytest
from small_problems import blobs, equal_params, small_network

from mlp_core import SGD, ProgressBar, train
from mlp_core.callbacks import Callback, EarlyStopping, StopAt, as_callbacks


def run(network=None, rate=0.1, **options):
    options = {"valid": blobs(seed=1), "batch_size": 50, **options}
    return train(network or small_network(), blobs(), optimizer=SGD(rate), **options)


class Log(Callback):
    def __init__(self):
        self.calls = []

    def on_train_begin(self, state):
        self.calls.append(("begin", state.epoch, state.step))

    def on_batch_end(self, state):
        self.calls.append(("batch", state.epoch, state.step))

    def on_epoch_end(self, state):
        assert len(state.history.valid_loss) == state.epoch
        self.calls.append(("epoch", state.epoch, state.step))

    def on_train_end(self, state):
        self.calls.append(("end", state.epoch, state.step))


def test_hooks_are_called_in_order_with_epochs_from_one():
    log = Log()
    run(epochs=2, callbacks=[log])
    epochs = [[("batch", e, 3 * (e - 1) + b) for b in (1, 2, 3)] + [("epoch", e, 3 * e)] for e in (1, 2)]
    assert log.calls == [("begin", 0, 0), *epochs[0], *epochs[1], ("end", 2, 6)]


def test_a_plain_function_is_called_after_every_epoch():
    losses = []
    history = run(epochs=3, callbacks=[lambda state: losses.append(state.history.train_loss[-1])])
    assert losses == history.train_loss


def test_callbacks_are_closed_when_the_run_fails():
    def fail(state):
        raise RuntimeError("planted")

    log = Log()
    with pytest.raises(RuntimeError, match="planted"):
        run(epochs=2, callbacks=[log, fail])
    assert log.calls[-1] == ("end", 1, 3)


def test_a_callback_may_stop_the_run():
    history = run(epochs=9, callbacks=[lambda state: state.stop("enough") if state.epoch == 2 else None])
    assert (len(history), history.status, history.message) == (2, "stopped by a callback", "enough")


@pytest.mark.parametrize("reason", [(), ("",), (None,)])
def test_a_run_that_is_stopped_without_a_reason_ends_all_the_same(reason):
    history = run(epochs=9, callbacks=[lambda state: state.stop(*reason)])
    assert (len(history), history.status, history.message) == (1, "stopped by a callback", "a callback asked to stop")


def test_callbacks_do_not_change_the_bits():
    plain, watched = small_network(), small_network()
    run(plain, epochs=2)
    run(watched, epochs=2, callbacks=[Log(), ProgressBar()])
    assert equal_params(plain, watched)


@pytest.mark.parametrize("wrong", [ProgressBar(), 3, [ProgressBar], [3]])
def test_wrong_callbacks_are_refused(wrong):
    with pytest.raises(TypeError, match="expected"):
        as_callbacks(wrong)


def test_stop_at_a_target():
    history = run(epochs=50, callbacks=[StopAt("valid_accuracy", 0.8)])
    assert history.valid_accuracy[-1] >= 0.8
    assert all(value < 0.8 for value in history.valid_accuracy[:-1])
    assert history.message == "valid_accuracy reached 0.8"


def test_stop_at_a_loss_watches_it_fall():
    history = run(epochs=50, callbacks=[StopAt("train_loss", 0.8)])
    assert history.train_loss[-1] <= 0.8 < history.train_loss[-2]


def test_stop_at_what_is_not_measured_says_so():
    with pytest.raises(ValueError, match="test_loss, which this run does not measure: see valid, test"):
        run(epochs=1, callbacks=[StopAt("test_loss", 0.8)])


def rising_after(epoch):
    """Return a callback that makes the network worse and worse after that epoch."""

    def spoil(state):
        if state.epoch >= epoch:
            state.network.params["2.bias"][0] += 5.0 * state.epoch

    return spoil


def test_early_stopping_waits_for_its_patience_and_restores_the_best():
    network, best = small_network(), small_network()
    history = run(network, epochs=20, early_stopping=EarlyStopping(patience=2), callbacks=[rising_after(3)])
    assert (len(history), history.status, history.best_epoch) == (5, "stopped early", 3)
    assert history.message == "valid_loss has not improved since epoch 3"
    run(best, epochs=3)
    assert equal_params(network, best)


def test_early_stopping_may_keep_the_last_parameters():
    network = small_network()
    last = {}
    run(
        network,
        epochs=20,
        early_stopping=EarlyStopping(patience=1, restore_best=False),
        callbacks=[rising_after(2), lambda state: last.update(bias=state.network.params["2.bias"].copy())],
    )
    assert (network.params["2.bias"] == last["bias"]).all()


def test_the_best_is_restored_without_an_early_stop_too():
    network, best = small_network(), small_network()
    history = run(network, epochs=4, early_stopping=EarlyStopping(patience=9), callbacks=[rising_after(2)])
    assert (len(history), history.status) == (4, "completed")
    run(best, epochs=2)
    assert equal_params(network, best)


def test_early_stopping_on_an_accuracy_watches_it_rise():
    history = run(epochs=40, early_stopping=EarlyStopping(patience=3, metric="valid_accuracy"))
    assert history.monitor == "valid_accuracy"
    assert history.valid_accuracy[history.best_epoch - 1] == max(history.valid_accuracy) > 0.9
    assert len(history) == history.best_epoch + 3


def test_min_delta_asks_for_more():
    assert len(run(epochs=20, early_stopping=EarlyStopping(patience=2, min_delta=10.0))) == 3


def test_one_early_stopping_serves_many_runs():
    stopping = EarlyStopping(patience=2)
    lengths = [len(run(epochs=9, early_stopping=stopping, callbacks=[rising_after(2)])) for _ in range(2)]
    assert lengths == [4, 4]


def test_early_stopping_needs_its_metric():
    with pytest.raises(ValueError, match="watches test_loss, which this run does not measure: train's valid, test"):
        run(epochs=1, early_stopping=EarlyStopping(metric="test_loss"))


@pytest.mark.parametrize(
    ("settings", "error", "complaint"),
    [
        ({"patience": 0}, ValueError, "patience >= 1, got 0"),
        ({"patience": 2.5}, TypeError, "patience to be an integer, got 2.5"),
        ({"patience": "5"}, TypeError, "patience to be an integer, got '5'"),
        ({"metric": "accuracy"}, ValueError, "expected a metric among"),
        ({"min_delta": -1}, ValueError, "number >= 0, got -1"),
        ({"min_delta": float("nan")}, ValueError, "number >= 0, got nan"),
    ],
)
def test_early_stopping_refuses_what_cannot_work(settings, error, complaint):
    with pytest.raises(error, match=complaint):
        EarlyStopping(**settings)
