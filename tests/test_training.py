import contextlib
import math
import os
import pickle
import signal
import subprocess
import sys
import textwrap
from inspect import unwrap

import numpy as np
import pytest
import small_problems
from small_problems import blobs, equal_params, small_network

from mlp_core import SGD, Adam, Linear, Split, evaluate, mlp, plain_step, softmax_cross_entropy, train, train_step
from mlp_core.callbacks import EarlyStopping, StopAt
from mlp_core.training import CheckpointError, TrainingDiverged


def run(network=None, *, optimizer=None, epochs=3, **options):
    network = network if network is not None else small_network()
    return train(network, blobs(), optimizer=optimizer or SGD(0.1), epochs=epochs, **{"batch_size": 32, **options})


# --- what it computes ---


def test_an_epoch_is_the_loop_a_student_would_write():
    network, by_hand, split = small_network(), small_network(), blobs()
    train(network, split, optimizer=SGD(0.1), epochs=2, batch_size=50, seed=7)
    rng, sgd = np.random.default_rng(7), SGD(0.1)
    for _ in range(2):
        order = rng.permutation(120)
        for rows in (order[:50], order[50:100], order[100:]):
            logits = by_hand.forward(split.images[rows], training=True)
            by_hand.backward(softmax_cross_entropy(logits, split.labels[rows])[1])
            sgd.step(by_hand)
    for name, param in network.params.items():
        np.testing.assert_allclose(param, by_hand.params[name], rtol=1e-12, atol=1e-14)


def test_without_shuffling_the_order_is_the_splits():
    network, by_hand, split = small_network(), small_network(), blobs()
    train(network, split, optimizer=SGD(0.1), epochs=1, batch_size=60, shuffle=False)
    for half in (split[:60], split[60:]):
        train(by_hand, half, optimizer=SGD(0.1), epochs=1, batch_size=None)
    for name, param in network.params.items():
        np.testing.assert_allclose(param, by_hand.params[name], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("batch_size", [None, 120, 1000])
def test_a_full_batch_makes_one_update_an_epoch(batch_size):
    steps = []
    run(batch_size=batch_size, epochs=4, callbacks=[lambda state: steps.append(state.step)])
    assert steps == [1, 2, 3, 4]


def test_the_sum_is_the_mean_with_a_larger_rate():
    summed, mean = small_network(), small_network()
    run(summed, optimizer=SGD(0.001), batch_size=None, reduction="sum")
    history = run(mean, optimizer=SGD(0.12), batch_size=None)
    for name, param in summed.params.items():
        np.testing.assert_allclose(param, mean.params[name], rtol=1e-9)
    assert history.running_loss[0] < 3  # a mean in either case


def test_reported_losses_are_means_under_the_sum_too():
    summed, mean = (run(optimizer=SGD(0.12 / n), batch_size=None, reduction=r) for r, n in (("sum", 120), ("mean", 1)))
    np.testing.assert_allclose(summed.running_loss, mean.running_loss, rtol=1e-9)
    np.testing.assert_allclose(summed.train_loss, mean.train_loss, rtol=1e-9)


def test_it_learns():
    history = run(epochs=30, valid=blobs(seed=1))
    assert history.train_loss[-1] < 0.2 < history.train_loss[0]
    assert history.valid_accuracy[-1] > 0.9


def test_metrics_are_full_passes_after_the_epoch():
    network, valid, test = small_network(), blobs(seed=1), blobs(seed=2)
    history = run(network, valid=valid, test=test)
    for name, split in (("train", blobs()), ("valid", valid), ("test", test)):
        loss, accuracy = evaluate(network, split)
        assert getattr(history, f"{name}_loss")[-1] == loss
        assert getattr(history, f"{name}_accuracy")[-1] == accuracy
        assert len(getattr(history, f"{name}_loss")) == 3


def test_running_loss_is_the_mean_over_the_images_before_each_update():
    history = run(optimizer=SGD(1e-12), epochs=1, batch_size=50)  # 50, 50 and 20: weights matter
    assert history.running_loss[0] == pytest.approx(history.train_loss[0], rel=1e-9)


def test_the_training_pass_can_be_left_out():
    network, other = small_network(), small_network()
    history = run(network, evaluate_train=False, valid=blobs(seed=1))
    assert history.train_loss == []
    assert len(history.valid_loss) == len(history.running_loss) == 3
    run(other)
    assert equal_params(network, other)


def test_a_part_of_the_training_images_can_be_measured():
    network = small_network()
    history = run(network, evaluate_train=40, valid=blobs(seed=1))
    assert history.train_loss[-1] == evaluate(network, blobs()[:40]).loss
    assert history.train_loss[-1] != evaluate(network, blobs()).loss
    assert history.valid_loss == run(valid=blobs(seed=1)).valid_loss


def test_the_initial_state_can_be_measured():
    expected = evaluate(small_network(), blobs())
    history = run(evaluate_initial=True)
    assert history.initial == {"train_loss": expected.loss, "train_accuracy": expected.accuracy}
    assert run().initial == {}


def test_no_epochs_train_nothing():
    network = small_network()
    history = run(network, epochs=0, evaluate_initial=True)
    assert len(history) == 0
    assert history.initial
    assert equal_params(network, small_network())


def test_seconds_are_measured():
    assert all(0 < seconds < 10 for seconds in run().seconds)


@pytest.mark.parametrize(("network", "images"), [("float32", "float64"), ("float64", "float32")])
def test_images_are_cast_to_the_networks_precision(network, images):
    net = small_network(dtype=network)
    train(net, blobs(dtype=images), optimizer=SGD(0.1, momentum=0.9), epochs=1)
    assert {param.dtype.name for param in net.params.values()} == {network}


def test_data_are_not_changed():
    split, before = blobs(), blobs()
    train(small_network(), split, optimizer=SGD(0.1), epochs=2)
    np.testing.assert_array_equal(split.images, before.images)
    np.testing.assert_array_equal(split.labels, before.labels)


# --- evaluation ---


def test_evaluation_is_the_mean_over_all_images_whatever_the_chunks():
    split = blobs(2345)
    network = small_network()
    logits = network.forward(split.images)
    loss, accuracy = evaluate(network, split)
    assert loss == pytest.approx(softmax_cross_entropy(logits, split.labels)[0], rel=1e-12)
    assert accuracy == np.mean(logits.argmax(axis=1) == split.labels)


def test_evaluation_of_a_diverged_network_says_so():
    network = small_network()
    network.params["0.weight"][0, 0] = np.nan
    with pytest.raises(FloatingPointError, match="the loss over the split is nan"):
        evaluate(network, blobs())


def test_dropout_is_off_in_evaluation():
    network = small_network(dropout=0.5)
    assert evaluate(network, blobs()) == evaluate(network, blobs())


# --- the same bits ---


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_seed_gives_the_same_history_and_parameters(dtype):
    networks = [small_network(dtype=dtype, dropout=0.2) for _ in range(2)]
    first, second = (run(net, optimizer=Adam(0.01), valid=blobs(seed=1), seed=5) for net in networks)
    first.seconds = second.seconds = []
    assert first == second
    assert equal_params(*networks)


def test_another_seed_gives_another_order():
    assert run(seed=1).train_loss != run(seed=2).train_loss


def test_a_generator_serves_as_a_seed_and_moves_on():
    rng = np.random.default_rng(3)
    first, second = run(seed=rng), run(seed=rng)
    assert first.train_loss == run(seed=3).train_loss
    assert first.train_loss != second.train_loss


def test_a_saved_network_predicts_the_same_bits(tmp_path):
    network = small_network(dtype="float32")
    run(network)
    network.save(tmp_path / "network.npz")
    loaded = type(network).load(tmp_path / "network.npz")
    assert np.array_equal(loaded.forward(blobs().images), network.forward(blobs().images))


# --- divergence ---


def exploding():
    """Return a network and an optimizer whose parameters overflow within a few steps."""
    return mlp([6, 8, 8, 3], activation="tanh", seed=0, dtype="float32"), SGD(3e38)


def test_divergence_raises_with_all_that_is_known():
    network, optimizer = exploding()
    with pytest.raises(TrainingDiverged) as caught:
        run(network, optimizer=optimizer, epochs=5)
    error = caught.value
    assert error.epoch == len(error.history) + 1
    assert error.step > 0
    assert math.isfinite(error.last_finite_loss)
    assert error.history.diverged
    assert f"in epoch {error.epoch}, after {error.step} updates" in str(error)
    assert "the learning rate 3e+38 is probably too high" in str(error)


def test_divergence_can_be_recorded_instead():
    network, optimizer = exploding()
    history = run(network, optimizer=optimizer, epochs=5, on_divergence="record")
    assert history.status == "diverged"
    assert "learning rate" in history.message
    assert len(history) < 5
    assert all(math.isfinite(loss) for loss in history.train_loss)


def test_a_run_that_diverges_later_keeps_the_epochs_before():
    def blow_up(state):
        if state.epoch == 3:
            state.network.params["0.weight"][...] = np.inf

    history = run(epochs=9, callbacks=[blow_up], on_divergence="record")
    assert (history.status, len(history), len(history.running_loss)) == ("diverged", 3, 3)


def test_divergence_gives_the_best_parameters_back():
    network, best = small_network(), small_network()

    def blow_up(state):
        if state.epoch == 3:
            state.network.params["0.weight"][...] = np.nan

    stopping = EarlyStopping(patience=5, metric="train_loss")
    run(network, epochs=9, callbacks=[blow_up], on_divergence="record", early_stopping=stopping)
    run(best, epochs=3)
    assert equal_params(network, best)


def test_divergence_is_noticed_when_only_the_last_update_overflows():
    class Overflowing(SGD):
        def step(self, network):
            super().step(network)
            network.params["0.bias"][0] = np.inf

    with pytest.raises(TrainingDiverged, match="a parameter became infinite or NaN in epoch 1, after 1 updates"):
        run(optimizer=Overflowing(0.1), epochs=1, batch_size=None, evaluate_train=False)


def test_a_network_that_starts_infinite_is_not_blamed_on_the_rate():
    network = small_network()
    network.params["0.weight"][...] = np.nan
    with pytest.raises(TrainingDiverged, match="before any update, so the initial weights or the pixels are too large"):
        run(network)


def test_the_sum_is_named_as_a_likely_cause():
    network, optimizer = exploding()
    with pytest.raises(TrainingDiverged, match='reduction="sum" multiplies it by the batch size'):
        run(network, optimizer=optimizer, epochs=5, reduction="sum")


def test_the_error_travels_between_processes():
    network, optimizer = exploding()
    with pytest.raises(TrainingDiverged) as caught:
        run(network, optimizer=optimizer, epochs=5)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert copy.history == caught.value.history


# --- checkpoints ---


class Interrupted(Exception):
    """A planted interruption."""


def interrupt(epoch):
    """Return a callback that interrupts at the end of that epoch."""

    def callback(state):
        if state.epoch == epoch:
            raise Interrupted

    return callback


def checkpointed(path, epochs=6, **options):
    """Run everything that holds a state: dropout, Adam, shuffling, early stopping; return network and history."""
    network = small_network(dropout=0.3)
    stopping = EarlyStopping(patience=4, metric="valid_loss")
    settings = {"optimizer": Adam(0.02), "valid": blobs(seed=1), "early_stopping": stopping, **options}
    return network, run(network, epochs=epochs, checkpoint=path, **settings)


def same_run(first, second):
    """Tell whether two (network, history) are equal in everything but the clock."""
    (a, history_a), (b, history_b) = first, second
    history_a.seconds = history_b.seconds = []
    return equal_params(a, b) and history_a == history_b


@pytest.mark.parametrize("epoch", [1, 2, 5, 6])
def test_an_interrupted_run_ends_with_the_bits_of_an_uninterrupted_one(tmp_path, epoch):
    path = tmp_path / "run.npz"
    with pytest.raises(Interrupted):
        checkpointed(path, callbacks=[interrupt(epoch)])
    assert same_run(checkpointed(path), checkpointed(None))


def test_a_checkpoint_changes_no_bits(tmp_path):
    assert same_run(checkpointed(tmp_path / "run.npz"), checkpointed(None))


def test_a_finished_run_comes_back_at_once(tmp_path):
    first = checkpointed(tmp_path / "run.npz")
    steps = []
    second = checkpointed(tmp_path / "run.npz", callbacks=[lambda state: steps.append(state.step)])
    assert steps == []
    assert same_run(first, second)


def test_a_run_that_stopped_early_stays_stopped(tmp_path):
    options = {"early_stopping": EarlyStopping(patience=1, min_delta=10.0), "epochs": 9}
    first, second = (checkpointed(tmp_path / "run.npz", **options) for _ in range(2))
    assert first[1].status == "stopped early"
    assert same_run(first, second)


def test_a_resumed_run_remembers_the_best_epoch_before(tmp_path):
    options = {"early_stopping": EarlyStopping(patience=4, min_delta=10.0), "epochs": 9}  # the first stays the best
    with pytest.raises(Interrupted):
        checkpointed(tmp_path / "run.npz", callbacks=[interrupt(3)], **options)
    resumed = checkpointed(tmp_path / "run.npz", **options)
    assert len(resumed[1]) == 5
    assert same_run(resumed, checkpointed(None, **options))


def test_a_finished_run_can_be_given_more_epochs(tmp_path):
    checkpointed(tmp_path / "run.npz", epochs=2)
    assert same_run(checkpointed(tmp_path / "run.npz", epochs=6), checkpointed(None, epochs=6))


def test_a_generator_as_seed_resumes_too(tmp_path):
    with pytest.raises(Interrupted):
        checkpointed(tmp_path / "run.npz", callbacks=[interrupt(3)], seed=np.random.default_rng(8))
    resumed = checkpointed(tmp_path / "run.npz", seed=np.random.default_rng(8))
    assert same_run(resumed, checkpointed(None, seed=8))


@pytest.mark.parametrize("bits", [np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_every_bit_generator_can_be_kept(tmp_path, bits):
    def seed():
        return np.random.Generator(bits(4))

    with pytest.raises(Interrupted):
        checkpointed(tmp_path / "run.npz", callbacks=[interrupt(3)], seed=seed())
    assert same_run(checkpointed(tmp_path / "run.npz", seed=seed()), checkpointed(None, seed=seed()))


@pytest.mark.posix
def test_a_killed_process_resumes(tmp_path):
    program = textwrap.dedent(
        f"""
        import os, signal, sys
        sys.path[:0] = {[os.path.dirname(__file__), os.path.dirname(small_problems.__file__)]!r}
        from test_training import checkpointed
        def kill(state):
            if state.epoch == 4:
                os.kill(os.getpid(), signal.SIGKILL)
        checkpointed({str(tmp_path / "run.npz")!r}, callbacks=[kill])
        """
    )
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.npz"]
    epochs = []
    resumed = checkpointed(tmp_path / "run.npz", callbacks=[lambda state: epochs.append(state.epoch)])
    assert epochs == [4, 5, 6]
    assert same_run(resumed, checkpointed(None))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 1}, "another seed"),
        ({"batch_size": 16}, r"another batch_size \(batch_size: 32 there, 16 here\)"),
        ({"optimizer": Adam(0.03)}, "another optimizer .*Adam"),
        ({"reduction": "sum"}, "another reduction"),
        ({"shuffle": False}, "another shuffle"),
        ({"valid": blobs(seed=3)}, "another valid split"),
        ({"test": blobs(seed=3)}, "another test split"),
        ({"early_stopping": EarlyStopping(patience=3)}, "another early_stopping"),
        ({"evaluate_train": False}, "another evaluate_train"),
        ({"evaluate_train": 9}, r"another evaluate_train \(evaluate_train: True there, 9 here\)"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(tmp_path, change, named):
    checkpointed(tmp_path / "run.npz", epochs=1)
    with pytest.raises(CheckpointError, match=named):
        checkpointed(tmp_path / "run.npz", **change)


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    run(epochs=1, checkpoint=path)
    with pytest.raises(CheckpointError, match="another initial state of the parameters; to resume, build network"):
        run(small_network(seed=1), checkpoint=path)
    with pytest.raises(CheckpointError, match="another network"):
        run(small_network(activation="tanh"), checkpoint=path)


def test_a_checkpoint_beyond_the_asked_epochs_is_refused(tmp_path):
    run(epochs=3, checkpoint=tmp_path / "run.npz")
    with pytest.raises(CheckpointError, match="after epoch 3, beyond the 2 epochs asked for"):
        run(epochs=2, checkpoint=tmp_path / "run.npz")


def test_a_checkpoint_needs_a_folder(tmp_path):
    with pytest.raises(CheckpointError, match="expected an existing folder"):
        run(checkpoint=tmp_path / "missing" / "run.npz")
    with pytest.raises(CheckpointError, match="got the folder .*: name a file in it"):
        run(checkpoint=tmp_path)


def test_damaged_checkpoints_are_refused_with_advice(tmp_path):
    path = tmp_path / "run.npz"
    run(epochs=1, checkpoint=path)
    whole = path.read_bytes()
    for damaged in (b"", b"PK\x03\x04 nothing", whole[: len(whole) // 2], whole[:-30]):
        path.write_bytes(damaged)
        with pytest.raises(CheckpointError, match="delete it to start again"):
            run(epochs=2, checkpoint=path)


def test_flipped_bytes_are_noticed_or_harmless(tmp_path):
    path = tmp_path / "run.npz"
    expected = run(epochs=2, checkpoint=path).train_loss
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    for position in rng.integers(0, len(whole), 60):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :])
        with contextlib.suppress(CheckpointError):  # and no other error
            assert run(epochs=2, checkpoint=path).train_loss == expected


def test_a_pickle_in_place_of_a_checkpoint_runs_nothing(tmp_path):
    path = tmp_path / "run.npz"

    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "sprung"),))

    np.savez(path, document=np.array([Trap()], dtype=object))
    with pytest.raises(CheckpointError, match="delete it to start again"):
        run(checkpoint=path)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(CheckpointError, match="delete it to start again"):
        run(checkpoint=path)
    assert not (tmp_path / "sprung").exists()


# --- misuse ---


@pytest.mark.parametrize(
    ("options", "error", "complaint"),
    [
        ({"optimizer": "sgd"}, TypeError, r"expected an optimizer such as SGD\(0.1\), got 'sgd'"),
        ({"optimizer": SGD}, TypeError, "expected an optimizer"),
        ({"epochs": -1}, ValueError, "expected epochs >= 0, got -1"),
        ({"epochs": 2.0}, TypeError, "expected epochs as a whole number, got 2.0"),
        ({"epochs": "10"}, TypeError, "expected epochs as a whole number, got '10'"),
        ({"batch_size": 0}, ValueError, "expected batch_size >= 1, got 0"),
        ({"batch_size": "32"}, TypeError, "expected batch_size"),
        ({"reduction": "max"}, ValueError, "expected reduction 'mean' or 'sum', got 'max'"),
        ({"on_divergence": "ignore"}, ValueError, "expected on_divergence 'raise' or 'record', got 'ignore'"),
        ({"early_stopping": 5}, TypeError, "expected early_stopping as EarlyStopping"),
        ({"valid": (1, 2)}, TypeError, "expected valid as a Split"),
        ({"valid": blobs(features=5)}, ValueError, "6"),
        ({"valid": blobs(classes=4)}, ValueError, "expected labels from 0 to 2 in valid.*got labels up to 3"),
        ({"callbacks": print}, TypeError, "expected callbacks as a list"),
    ],
)
def test_misuse_says_what_was_expected(options, error, complaint):
    with pytest.raises(error, match=complaint):
        run(**options)


def test_one_class_is_learnt():
    split = Split(blobs().images, np.zeros(120, int))
    history = train(small_network(), split, optimizer=SGD(0.5), epochs=5)
    assert history.train_accuracy[-1] == 1.0


def test_a_resumed_run_goes_on_with_the_rate_that_a_callback_set(tmp_path):
    def drop(state):
        if state.epoch == 2:
            state.optimizer.learning_rate = 0.01

    def run(epochs, path):
        network = small_network()
        train(network, blobs(), optimizer=SGD(0.1, 0.9), epochs=epochs, checkpoint=path, callbacks=[drop])
        return network

    whole = run(4, None)
    run(3, tmp_path / "run.npz")
    resumed = run(4, tmp_path / "run.npz")
    assert equal_params(whole, resumed)


def test_the_best_epoch_is_the_one_that_early_stopping_brings_back():
    network = small_network()
    stopping = EarlyStopping(3, min_delta=0.2)
    valid = blobs(seed=1)
    history = train(network, blobs(), valid=valid, optimizer=SGD(0.05), epochs=60, early_stopping=stopping)
    assert history.status == "stopped early"
    assert evaluate(network, valid).loss == pytest.approx(min(history.valid_loss))
    assert evaluate(network, valid).loss == pytest.approx(history.valid_loss[history.best_epoch - 1])


@pytest.mark.parametrize("target", [float("nan"), float("inf")])
def test_stop_at_refuses_what_is_never_reached(target):
    with pytest.raises(ValueError, match="finite"):
        StopAt("train_loss", target)


def test_two_functions_without_a_name_are_two_schedules(tmp_path):
    for rate in (0.1, 0.2):
        with pytest.raises(CheckpointError, match="another optimizer") if rate == 0.2 else contextlib.nullcontext():
            optimizer = SGD(lambda updates, rate=rate: rate / (1 + updates))
            train(small_network(), blobs(), optimizer=optimizer, epochs=1, checkpoint=tmp_path / "run.npz")


def lines_run(step):
    """Train by that step; return the network, and the code that ran."""
    network, seen = small_network(), set()
    sys.setprofile(lambda frame, event, argument: seen.add(frame.f_code) if event == "call" else None)
    try:
        train(network, blobs(), optimizer=SGD(0.1, momentum=0.5), epochs=3, batch_size=16, step=step)
    finally:
        sys.setprofile(None)
    return network, seen


def test_what_one_reads_can_run_and_gives_what_runs_otherwise():
    read = [unwrap(Linear.forward).__code__, unwrap(Linear.backward).__code__, SGD.update.__code__]
    plain, ran = lines_run(plain_step)
    assert set(read) <= ran
    fast, ran = lines_run(train_step)
    assert unwrap(Linear.backward).__code__ not in ran
    for name, array in plain.params.items():
        np.testing.assert_allclose(array, fast.params[name], rtol=1e-4, atol=1e-6)


def test_a_step_is_a_function_and_part_of_what_a_checkpoint_is_of(tmp_path):
    def run(step):
        train(small_network(), blobs(), optimizer=SGD(0.1), epochs=1, step=step, checkpoint=tmp_path / "run.npz")

    with pytest.raises(TypeError, match="expected step as a function that makes an update, such as plain_step"):
        run("plain")
    run(train_step)
    with pytest.raises(CheckpointError, match="another step"):
        run(plain_step)
