import numpy as np
import pytest
from small_problems import blobs, equal_params, small_network

from mlp_core import SGD, Linear, ReLU, Sequential, Split, cnn, softmax_cross_entropy, train
from mlp_core.diagnostics import (
    Recorder,
    activation_statistics,
    activations,
    class_prior_entropy,
    confusion_matrix,
    dead_units,
    gradient_statistics,
    most_confident_mistakes,
)


def test_activations_are_every_layers_output():
    network, images = small_network(), blobs().images
    outputs = activations(network, images)
    assert [output.shape for output in outputs] == [(120, 8), (120, 8), (120, 3)]
    np.testing.assert_array_equal(outputs[1], np.maximum(outputs[0], 0))
    np.testing.assert_array_equal(outputs[-1], network.forward(images))


def test_activations_of_a_convolution_are_feature_maps():
    images = np.random.default_rng(0).random((2, 784), dtype="float32")
    shapes = [output.shape for output in activations(cnn("ift6135-b", seed=0), images)]
    assert shapes[:3] == [(2, 10, 26, 26), (2, 10, 26, 26), (2, 10, 13, 13)]


def test_activation_statistics_are_those_of_the_outputs():
    network, images = small_network(), blobs().images
    frame, outputs = activation_statistics(network, images), activations(network, images)
    assert frame["kind"].tolist() == ["Linear", "ReLU", "Linear"]
    assert frame.loc[1, "mean"] == pytest.approx(outputs[1].mean())
    assert frame.loc[2, "std"] == pytest.approx(outputs[2].std())
    assert frame.loc[1, "zeros"] == np.mean(outputs[1] == 0) > 0.1
    assert frame.loc[0, "norm"] == pytest.approx(np.sqrt(np.mean(np.linalg.norm(outputs[0], axis=1) ** 2)))


def test_gradient_statistics_are_those_of_backward():
    network, split = small_network(), blobs()
    frame = gradient_statistics(network, split.images, split.labels)
    logits = network.forward(split.images, training=True)
    grad_input = network.backward(softmax_cross_entropy(logits, split.labels)[1])
    assert [(layer, array) for layer, array in frame.index if array != "input"] == [
        (0, "weight"), (0, "bias"), (2, "weight"), (2, "bias")
    ]  # fmt: skip
    for name, grad in network.grads.items():
        row = frame.loc[(int(name[0]), name[2:])]
        assert row["norm"] == pytest.approx(np.linalg.norm(grad))
        assert row["std"] == pytest.approx(grad.std())
    assert frame.loc[(0, "input"), "norm"] == pytest.approx(np.linalg.norm(grad_input))


def test_gradient_statistics_leave_the_network_alone():
    network, same, split = small_network(dropout=0.5), small_network(dropout=0.5), blobs()
    first, second = (gradient_statistics(network, split.images, split.labels) for _ in range(2))
    assert first.equals(second)  # dropout is off
    assert equal_params(network, same)
    x = split.images
    np.testing.assert_array_equal(network.forward(x, training=True), same.forward(x, training=True))


def test_a_unit_is_dead_if_no_image_wakes_it():
    first = Linear(2, 3, "zeros", dtype="float64")
    first.params["weight"][...] = [[1, -1, 0], [0, -1, 0]]
    first.params["bias"][...] = [0, 0, -1]
    network = Sequential([first, ReLU(), Linear(3, 2, seed=0, dtype="float64")])
    frame = dead_units(network, Split(np.array([[0.0, 0.5], [0.0, 0.7], [0.2, 0.1]]), [0, 1, 1]))
    assert frame.loc[1].tolist() == [3, 2, 2 / 3]
    assert dead_units(network, Split(np.array([[0.0, 0.5]]), [0])).loc[1, "dead"] == 3


def test_a_unit_woken_in_any_chunk_lives():
    images = np.zeros((2500, 1))
    images[[3, 1700], 0] = [1, -1]
    first = Linear(1, 2, "zeros", dtype="float64")
    first.params["weight"][...] = [[1, -1]]
    network = Sequential([first, ReLU(), Linear(2, 2, seed=0, dtype="float64")])
    assert dead_units(network, Split(images, np.zeros(2500, int))).loc[1, "dead"] == 0


def test_a_network_without_relus_has_no_rows():
    assert len(dead_units(small_network(activation="tanh"), blobs())) == 0


def test_the_confusion_matrix_counts_pairs():
    network, split = small_network(), blobs()
    matrix, predicted = confusion_matrix(network, split), network.predict(split.images)
    assert matrix.dtype == np.int64
    assert matrix.sum() == 120
    assert matrix.sum(axis=1).tolist() == [40, 40, 40]
    for true in range(3):
        for taken in range(3):
            assert matrix[true, taken] == np.sum((split.labels == true) & (predicted == taken))


def test_classes_that_never_occur_have_empty_rows():
    matrix = confusion_matrix(small_network(), Split(blobs().images, np.zeros(120, int)))
    assert matrix.shape == (3, 3)
    assert matrix[1:].sum() == 0


def test_mistakes_are_wrong_and_ordered():
    network, split = small_network(), blobs()
    frame = most_confident_mistakes(network, split, count=5)
    assert len(frame) == 5
    assert (frame["label"] != frame["predicted"]).all()
    assert (split.labels[frame["index"]] == frame["label"]).all()
    assert frame["probability"].is_monotonic_decreasing
    probabilities = network.predict_proba(split.images)
    wrong = network.predict(split.images) != split.labels
    assert frame["probability"][0] == probabilities.max(axis=1)[wrong].max()
    assert frame["probability_of_label"][0] == probabilities[frame["index"][0], frame["label"][0]]


def test_without_mistakes_there_are_no_rows():
    network, split = small_network(), blobs()
    right = Split(split.images, network.predict(split.images))
    frame = most_confident_mistakes(network, right)
    assert frame.empty
    assert list(frame) == ["index", "label", "predicted", "probability", "probability_of_label"]


@pytest.mark.parametrize(
    ("labels", "entropy"), [([0, 1], np.log(2)), ([3, 3, 3], 0.0), ([0, 0, 0, 5], np.log(4) - 0.75 * np.log(3))]
)
def test_class_prior_entropy_of_known_frequencies(labels, entropy):
    assert class_prior_entropy(np.array(labels)) == pytest.approx(entropy)


def test_class_prior_entropy_is_the_loss_of_guessing_by_frequency():
    labels = np.random.default_rng(0).integers(0, 4, 100)
    logits = np.tile(np.log(np.bincount(labels) / 100), (100, 1))
    assert class_prior_entropy(labels) == pytest.approx(softmax_cross_entropy(logits, labels)[0])


def test_class_prior_entropy_needs_labels():
    with pytest.raises(ValueError, match=r"expected labels of shape \(n,\), n > 0, got \(0,\)"):
        class_prior_entropy(np.array([], int))


def record(epochs=2, network=None, **options):
    """Train with a recorder; three updates an epoch."""
    recorder = Recorder(blobs(30, seed=1), **options)
    network = network or small_network()
    train(network, blobs(), optimizer=SGD(0.1), epochs=epochs, batch_size=40, callbacks=[recorder])
    return recorder, network


def test_the_recorder_takes_the_start_and_every_epoch():
    recorder, network = record()
    assert recorder.steps == [0, 3, 6]
    frame = recorder.to_frame("activations")
    assert frame.index.names == ["step", "layer"]
    assert frame.loc[0].equals(activation_statistics(small_network(), blobs(30, seed=1).images))
    assert frame.loc[6].equals(activation_statistics(network, blobs(30, seed=1).images))


def test_the_recorder_takes_every_so_many_steps():
    recorder, _ = record(every_steps=2)
    assert recorder.steps == [0, 2, 4, 6]
    assert recorder.to_frame("gradients").index.names == ["step", "layer", "array"]
    assert recorder.to_frame("dead")["units"].tolist() == [8] * 4


def test_recording_changes_no_bits():
    recorded, plain = small_network(dropout=0.3), small_network(dropout=0.3)
    record(network=recorded, every_steps=1)
    train(plain, blobs(), optimizer=SGD(0.1), epochs=2, batch_size=40)
    assert equal_params(recorded, plain)


def test_the_recorder_begins_anew_with_every_run():
    recorder = Recorder(blobs(30, seed=1))
    for _ in range(2):
        train(small_network(), blobs(), optimizer=SGD(0.1), epochs=1, batch_size=40, callbacks=[recorder])
    assert recorder.steps == [0, 3]


def test_the_recorder_says_what_it_can_show():
    with pytest.raises(ValueError, match="expected 'activations', 'gradients' or 'dead', got 'weights'"):
        record()[0].to_frame("weights")
    with pytest.raises(ValueError, match="nothing is recorded yet"):
        Recorder(blobs()).to_frame("dead")
