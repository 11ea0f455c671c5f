"""A table of wrong calls of every public name of mlp_core, for test_misuse.py."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from small_problems import blobs, small_network

import mlp_core as m

NAN, INF = float("nan"), float("inf")


class Misuse(NamedTuple):
    """A wrong call of a public name, the error it deserves and what the message has to say."""

    name: str
    what: str
    call: Callable[[], Any]
    message: str
    error: type[Exception] | tuple[type[Exception], ...] = ValueError


def x(n=4, features=6, dtype="float64", value=None):
    """Return images: random, or one of them with a special value."""
    images = np.random.default_rng(0).random((n, features)).astype(dtype)
    if value is not None:
        images[1, 2] = value
    return images


def fit(**options):
    """Train a small network a little, with what is wrong in `options`."""
    options = {"optimizer": m.SGD(0.1), "epochs": 1, "batch_size": 50, **options}
    return m.train(options.pop("network", None) or small_network(), options.pop("split", blobs()), **options)


def slow(state):
    """Set what is no learning rate."""
    state.optimizer.learning_rate = "slow"


def step(images=None, labels=(0, 1, 2, 0), one=m.train_step, **options):
    """Make one training step, with what is wrong in the arguments."""
    images = x() if images is None else images
    return one(small_network(), m.SGD(0.1), images, np.array(labels), **options)


loss, mistakes = m.softmax_cross_entropy, m.most_confident_mistakes


def diverged():
    """Return a network one of whose parameters is NaN."""
    network = small_network()
    network.params["0.weight"][0, 0] = NAN
    return network


def check(**options):
    """Check a small network's gradients, with what is wrong in the options."""
    return m.check_gradients(small_network(), x(), np.zeros(4, int), **options)


def layer_cases():
    """Yield misuses that all layers refuse: integers, words, a gradient of another shape, backward before forward."""
    layers = {
        "Linear": (lambda: m.Linear(6, 3, seed=0), (4, 6)),
        "Conv2d": (lambda: m.Conv2d(2, 3, 2, seed=0), (4, 2, 5, 5)),
        "MaxPool2d": (lambda: m.MaxPool2d(2), (4, 2, 5, 5)),
        "Flatten": (m.Flatten, (4, 2, 5, 5)),
        "ReLU": (m.ReLU, (4, 6)),
        "Sigmoid": (m.Sigmoid, (4, 6)),
        "Tanh": (m.Tanh, (4, 6)),
        "Dropout": (lambda: m.Dropout(0.5, seed=0), (4, 6)),
    }
    for name, (make, shape) in layers.items():
        yield Misuse(name, "integer images", lambda f=make, s=shape: f().forward(np.ones(s, int)), "int64", TypeError)
        yield Misuse(name, "words", lambda f=make, s=shape: f().forward(np.full(s, "one")), "<U3", TypeError)
        yield Misuse(name, "backward first", lambda f=make, s=shape: f().backward(np.ones(s)), "forward", RuntimeError)
        yield Misuse(name, "wrong gradient", lambda f=make, s=shape: both(f(), s), r"expected a gradient of its output")


def both(layer, shape):
    """Run a layer forward, then backward with a gradient of the wrong shape."""
    layer.forward(np.ones(shape), training=True)
    layer.backward(np.ones((3, 3, 3)))


MISUSES = [
    *layer_cases(),
    # layers and their settings
    Misuse("Linear", "no inputs", lambda: m.Linear(0, 3), "in_features >= 1, got 0"),
    Misuse("Linear", "words", lambda: m.Linear("6", 3), "in_features to be an integer, got '6'", TypeError),
    Misuse("Linear", "a float", lambda: m.Linear(6, 3.0), "out_features to be an integer, got 3.0", TypeError),
    Misuse("Linear", "integers", lambda: m.Linear(6, 3, dtype="int64"), "dtype float32 or float64, got int64"),
    Misuse("Linear", "unknown initializer", lambda: m.Linear(6, 3, "xavier"), "glorot_uniform.*got 'xavier'"),
    Misuse("Linear", "wrong width", lambda: m.Linear(6, 3).forward(x(features=5)), r"\(n, 6\), got \(4, 5\)"),
    Misuse("Linear", "one image", lambda: m.Linear(6, 3).forward(np.ones(6)), r"\(n, 6\), got \(6,\)"),
    Misuse("Conv2d", "no channels", lambda: m.Conv2d(0, 3, 2), "in_channels >= 1, got 0"),
    Misuse("Conv2d", "no stride", lambda: m.Conv2d(1, 3, 2, stride=0), "stride >= 1, got 0"),
    Misuse("Conv2d", "negative padding", lambda: m.Conv2d(1, 3, 2, padding=-1), "padding >= 0, got -1"),
    Misuse("Conv2d", "a word", lambda: m.Conv2d(1, 3, 2, padding="same"), "padding to be an integer", TypeError),
    Misuse("Conv2d", "triple", lambda: m.Conv2d(1, 3, (2, 2, 2)), "kernel_size to be an integer or a pair", TypeError),
    Misuse("Conv2d", "flat", lambda: m.Conv2d(1, 3, 2).forward(x()), r"\(n, 1, H, W\), got \(4, 6\)"),
    Misuse("Conv2d", "too small", lambda: m.Conv2d(1, 3, 9).forward(np.ones((1, 1, 5, 5))), "does not fit into"),
    Misuse("MaxPool2d", "nothing", lambda: m.MaxPool2d(0), "kernel_size >= 1, got 0"),
    Misuse("MaxPool2d", "flat", lambda: m.MaxPool2d(2).forward(x()), r"\(n, C, H, W\), got \(4, 6\)"),
    Misuse("Dropout", "everything", lambda: m.Dropout(1.0), "0 <= p < 1, got 1.0"),
    Misuse("Dropout", "negative", lambda: m.Dropout(-0.1), "0 <= p < 1, got -0.1"),
    Misuse("Conv2d", "True", lambda: m.Conv2d(1, 3, True), "kernel_size to be an integer.*True", TypeError),
    Misuse("Dropout", "False", lambda: m.Dropout(False), "p to be a number, got False", TypeError),
    Misuse("Dropout", "a word", lambda: m.Dropout("half"), "p to be a number, got 'half'", TypeError),
    Misuse("Dropout", "NaN", lambda: m.Dropout(NAN), "0 <= p < 1, got nan"),
    Misuse("Layer", "abstract", lambda: m.Layer().forward(x()), "Layer must define forward", NotImplementedError),
    Misuse("Initializer", "abstract", lambda: m.Initializer()(None, (2,), 1, 1), "must say how", NotImplementedError),
    Misuse("Normal", "negative", lambda: m.Normal(-1.0), "finite standard deviation >= 0, got -1.0"),
    Misuse("Normal", "infinite", lambda: m.Normal(INF), "finite standard deviation >= 0, got inf"),
    # networks
    Misuse("Sequential", "no layers", lambda: m.Sequential([]), "at least one layer"),
    Misuse("Sequential", "misfits", lambda: m.Sequential([m.Linear(6, 3), m.Linear(4, 2)]), r"layer 1: .*\(4,\)"),
    Misuse("Sequential", "wrong width", lambda: small_network().forward(x(features=5)), r"\(n, 6\), got \(4, 5\)"),
    Misuse("Sequential", "pixels", lambda: small_network().predict(np.ones((4, 6), "uint8")), "got uint8", TypeError),
    Misuse("Sequential", "half", lambda: small_network().astype("float16"), "float32 or float64, got float16"),
    Misuse("Sequential", "NaN", lambda: small_network().predict(x(value=NAN)), "finite images, got nan"),
    Misuse("Sequential", "inf", lambda: small_network().predict_proba(x(value=INF)), "finite images, got inf"),
    Misuse("Sequential", "diverged", lambda: diverged().predict(x()), "network has diverged", FloatingPointError),
    Misuse("mlp", "one size", lambda: m.mlp([784]), r"input and output sizes, got \[784\]"),
    Misuse("mlp", "a word", lambda: m.mlp([784, "10"]), "integer, got '10'", TypeError),
    Misuse("mlp", "no units", lambda: m.mlp([784, 0, 10]), "out_features >= 1, got 0"),
    Misuse("mlp", "activation", lambda: m.mlp([6, 5, 3], activation="swish"), "relu, sigmoid, tanh, got 'swish'"),
    Misuse("mlp", "activations", lambda: m.mlp([6, 5, 3], activation=["relu"] * 2), "expected 1 activations.*got 2"),
    Misuse("mlp", "dropout", lambda: m.mlp([6, 5, 3], dropout=2), "0 <= p < 1, got 2"),
    Misuse("cnn", "unknown", lambda: m.cnn("lenet"), "ift6135-b, ift6135-c, got 'lenet'"),
    Misuse("cnn", "small images", lambda: m.cnn("ift6135-b").predict(x()), r"\(n, 784\), got \(4, 6\)"),
    # losses
    Misuse("softmax_cross_entropy", "labels", lambda: loss(x(), np.arange(3)), r"\(4,\).*got \(3,\)"),
    Misuse("softmax_cross_entropy", "range", lambda: loss(x(), np.full(4, 6)), "0 to 5, got .* 6"),
    Misuse("softmax_cross_entropy", "negative", lambda: loss(x(), np.full(4, -1)), "0 to 5, got .*-1"),
    Misuse("softmax_cross_entropy", "floats", lambda: loss(x(), np.ones(4)), "integer.*float64", TypeError),
    Misuse("softmax_cross_entropy", "one-hot", lambda: loss(x(), np.eye(4, 6, dtype=int)), r"got \(4, 6\)"),
    Misuse("softmax_cross_entropy", "empty", lambda: loss(x(0), np.array([], int)), r"got \(0, 6\)"),
    *(
        Misuse("softmax_cross_entropy", f"weights {weights}",
               lambda weights=weights: loss(x(), np.ones(4, int), weights=weights), "4 finite weights >= 0, not all 0")
        for weights in ([1.0], [1, 2, -1, 0], [0, 0, 0, 0], [np.nan, 1, 1, 1], [np.inf, 1, 1, 1], ["a", "b", "c", "d"])
    ),
    Misuse("softmax_cross_entropy", "reduction", lambda: loss(x(), np.ones(4, int), "max"), "got 'max'"),
    Misuse("softmax", "integers", lambda: m.softmax(np.ones(3, int)), "int64", TypeError),
    Misuse("log_softmax", "integers", lambda: m.log_softmax(np.ones(3, int)), "int64", TypeError),
    # optimizers
    *[
        Misuse(name, f"rate {rate}", lambda f=name, r=rate: getattr(m, f)(r), f"learning_rate .*> 0, got {rate}")
        for name in ("SGD", "Adam")
        for rate in (0, -1, NAN, INF)
    ],
    Misuse("SGD", "a word", lambda: m.SGD("0.1"), "learning_rate.*'0.1'", TypeError),
    Misuse("Adam", "a word", lambda: m.Adam("fast"), "learning_rate.*'fast'", TypeError),
    Misuse("SGD", "momentum", lambda: m.SGD(0.1, momentum=1.0), "0 <= momentum < 1, got 1.0"),
    Misuse("SGD", "a word for momentum", lambda: m.SGD(0.1, momentum="0.9"), "momentum.*'0.9'", TypeError),
    Misuse("SGD", "nesterov", lambda: m.SGD(0.1, nesterov=True), "nesterov needs a momentum"),
    Misuse("SGD", "a word for nesterov", lambda: m.SGD(0.1, 0.9, "no"), "nesterov as True or False.*'no'", TypeError),
    Misuse("SGD", "a callback's word", lambda: fit(callbacks=[slow], epochs=2), "learning_rate.*'slow'", TypeError),
    Misuse("SGD", "decay", lambda: m.SGD(0.1, weight_decay=-1), "weight_decay .*>= 0, got -1"),
    Misuse("SGD", "clip", lambda: m.SGD(0.1, clip_norm=0), "clip_norm .*> 0, got 0"),
    Misuse("SGD", "schedule", lambda: fit(optimizer=m.SGD(lambda t: -1.0)), "schedule's learning rate .*got -1"),
    Misuse("Adam", "beta", lambda: m.Adam(beta1=1.0), "0 <= beta1 < 1, got 1.0"),
    Misuse("Adam", "eps", lambda: m.Adam(eps=0), "eps .*> 0, got 0"),
    # steps
    Misuse("train_step", "wrong width", lambda: step(x(features=5)), r"\(n, 6\), got \(4, 5\)"),
    Misuse("train_step", "integers", lambda: step(np.ones((4, 6), int)), "int64", TypeError),
    Misuse("train_step", "too few labels", lambda: step(labels=(0, 1)), r"\(4,\).*got \(2,\)"),
    Misuse("train_step", "labels out of range", lambda: step(labels=(0, 1, 2, 3)), "0 to 2, got .* 3"),
    Misuse("train_step", "float labels", lambda: step(labels=(0.0, 1.0, 2.0, 0.0)), "integer.*float64", TypeError),
    Misuse("train_step", "reduction", lambda: step(reduction="max"), "'mean' or 'sum', got 'max'"),
    Misuse("train_step", "empty", lambda: step(x(0), labels=np.array([], int)), r"n >= 1, got \(0,"),
    Misuse("plain_step", "wrong width", lambda: step(x(features=5), one=m.plain_step), r"\(n, 6\), got \(4, 5\)"),
    # splits
    Misuse("Split", "NaN", lambda: m.Split(x(value=NAN), np.zeros(4, int)), "finite images, got nan in image 1"),
    Misuse("Split", "infinity", lambda: m.Split(x(value=INF), np.zeros(4, int)), "finite images, got inf in image 1"),
    Misuse("Split", "empty", lambda: m.Split(x(0), np.array([], int)), r"got \(0, 6\)"),
    Misuse("Split", "lengths", lambda: m.Split(x(), np.zeros(3, int)), "got 4 images and 3 labels"),
    Misuse("Split", "integers", lambda: m.Split(np.ones((4, 6), int), np.zeros(4)), "divide pixels by 255", TypeError),
    Misuse("Split", "float labels", lambda: m.Split(x(), np.zeros(4)), "integer type, got float64", TypeError),
    Misuse("Split", "negative", lambda: m.Split(x(), np.array([0, 1, -1, 0])), "labels from 0, got -1 at index 2"),
    Misuse("Split", "one-hot", lambda: m.Split(x(), np.eye(4, dtype=int)), "argmax"),
    Misuse("Dataset", "arrays", lambda: m.Dataset(x(), x(), x()), "a Split for train, got ndarray", TypeError),
    Misuse("Dataset", "shapes", lambda: m.Dataset(blobs(), blobs(features=5), blobs()), "one shape in every split"),
    Misuse("load_dataset", "a number", lambda: m.load_dataset(5), "name of a data set or a path, got int", TypeError),
    Misuse("load_dataset", "unknown", lambda: m.load_dataset("emnist"), "unknown data set 'emnist'.*expected one of"),
    Misuse("load_dataset", "no file", lambda: m.load_dataset("no/such.npz"), "no such file", m.DatasetError),
    # training
    Misuse("train", "an array", lambda: fit(split=x()), "expected train as a Split.*got ndarray", TypeError),
    Misuse("train", "wrong width", lambda: fit(split=blobs(features=5)), r"\(n, 6\), got \(120, 5\)"),
    Misuse("train", "labels out of range", lambda: fit(split=blobs(classes=5)), "0 to 2 in train.*up to 4"),
    Misuse("train", "wrong valid", lambda: fit(valid=blobs(features=5)), r"\(n, 6\), got \(120, 5\)"),
    Misuse("train", "words to evaluate", lambda: fit(evaluate_train="all"), "evaluate_train as .*'all'", TypeError),
    Misuse("train", "no images to evaluate", lambda: fit(evaluate_train=0), "at least 1 image, got 0"),
    Misuse("train", "no network", lambda: fit(network="mlp"), "expected a network.*got 'mlp'", TypeError),
    Misuse("train", "no optimizer", lambda: fit(optimizer=0.1), "expected an optimizer.*got 0.1", TypeError),
    Misuse("train", "negative epochs", lambda: fit(epochs=-3), "epochs >= 0, got -3"),
    Misuse("train", "words for epochs", lambda: fit(epochs="3"), "whole number, got '3'", TypeError),
    Misuse("train", "half an epoch", lambda: fit(epochs=0.5), "whole number, got 0.5", TypeError),
    Misuse("train", "no images a batch", lambda: fit(batch_size=0), "batch_size >= 1, got 0"),
    Misuse("train", "a word a batch", lambda: fit(batch_size="50"), "batch_size .*'50'", TypeError),
    Misuse("train", "a word as seed", lambda: fit(seed="zero"), "seed.*'zero'", TypeError),
    Misuse("train", "a negative seed", lambda: fit(seed=-1), "seed.*-1"),
    Misuse("train", "patience alone", lambda: fit(early_stopping=3), "EarlyStopping.*got 3", TypeError),
    Misuse("train", "a callback alone", lambda: fit(callbacks=m.ProgressBar()), "callbacks as a list", TypeError),
    Misuse("evaluate", "an array", lambda: m.evaluate(small_network(), x()), "Split.*got ndarray", TypeError),
    Misuse("evaluate", "wrong width", lambda: m.evaluate(small_network(), blobs(9, 5)), r"\(n, 6\), got \(9, 5\)"),
    Misuse("evaluate", "labels", lambda: m.evaluate(small_network(), blobs(classes=5)), "0 to 2 in split.*up to 4"),
    Misuse("evaluate", "swapped", lambda: m.evaluate(blobs(), small_network()), "expected a network", TypeError),
    Misuse("EarlyStopping", "no patience", lambda: m.EarlyStopping(0), "patience >= 1, got 0"),
    Misuse("EarlyStopping", "metric", lambda: m.EarlyStopping(metric="loss"), "valid_loss.*got 'loss'"),
    Misuse("History", "metric", lambda: m.History().best_epoch_by("speed"), "train_loss.*got 'speed'"),
    Misuse("History", "per cent", lambda: m.History().epochs_to(97), "between 0 and 1, got 97"),
    Misuse("EarlyStopping", "True", lambda: m.EarlyStopping(min_delta=True), "min_delta.*number, got True", TypeError),
    Misuse("ProgressBar", "NaN", lambda: m.ProgressBar(NAN), "delay.*>= 0, got nan"),
    Misuse("ProgressBar", "a word", lambda: m.ProgressBar("soon"), "delay.*'soon'", TypeError),
    # gradient checks and diagnostics
    *[
        Misuse(name, what, lambda f=name, a=arguments: getattr(m, f)(*a), message, error)
        for name in ("check_gradients", "finite_difference_sweep")
        for what, arguments, message, error in [
            ("wrong width", (small_network(), x(features=5), np.zeros(4, int)), r"\(n, 6\), got", ValueError),
            ("integers", (small_network(), np.ones((4, 6), int), np.zeros(4, int)), "int64", TypeError),
            ("NaN", (small_network(), x(value=NAN), np.zeros(4, int)), "finite.*nan", ValueError),
            ("infinity", (small_network(), x(value=INF), np.zeros(4, int)), "finite.*inf", ValueError),
            ("labels", (small_network(), x(), np.full(4, 3)), "0 to 2, got .* 3", ValueError),
            ("lengths", (small_network(), x(), np.zeros(3, int)), r"\(4,\).*got \(3,\)", ValueError),
            ("empty", (small_network(), x(0), np.array([], int)), r"\(0, ", ValueError),
            ("no network", ("mlp", x(), np.zeros(4, int)), "expected a network.*'mlp'", TypeError),
        ]
    ],
    Misuse("check_gradients", "a word", lambda: check(eps="1e-5"), "eps.*'1e-5'", TypeError),
    Misuse("confusion_matrix", "an array", lambda: m.confusion_matrix(small_network(), x()), "Split", TypeError),
    Misuse("confusion_matrix", "labels", lambda: m.confusion_matrix(small_network(), blobs(classes=5)), "up to 4"),
    *[
        Misuse(name, what, lambda f=name, a=arguments: getattr(m, f)(*a), message, error)
        for name, labels in [("activations", ()), ("activation_statistics", ()), ("gradient_statistics", ([0] * 4,))]
        for what, arguments, message, error in [
            ("wrong width", (small_network(), x(features=5), *labels), r"\(n, 6\), got", ValueError),
            ("integers", (small_network(), np.ones((4, 6), int), *labels), "int64", TypeError),
            ("NaN", (small_network(), x(value=NAN), *labels), "finite images, got nan", ValueError),
            ("infinity", (small_network(), x(value=INF), *labels), "finite images, got inf", ValueError),
            ("empty", (small_network(), x(0), *labels), r"at least one image, got .* \(0, 6\)", ValueError),
            ("no network", ("mlp", x(), *labels), "expected a network.*'mlp'", TypeError),
        ]
    ],
    Misuse("gradient_statistics", "labels", lambda: m.gradient_statistics(small_network(), x(), [9] * 4), "got .* 9"),
    Misuse("check_layer", "integers", lambda: m.check_layer(m.ReLU(), np.ones((4, 6), int)), "int64", TypeError),
    Misuse("check_layer", "NaN", lambda: m.check_layer(m.ReLU(), x(value=NAN)), "finite images, got nan"),
    Misuse("check_layer", "empty", lambda: m.check_layer(m.ReLU(), x(0)), r"at least one image, got .* \(0, 6\)"),
    Misuse("check_layer", "a network", lambda: m.check_layer("relu", x()), "expected a layer.*'relu'", TypeError),
    Misuse("dead_units", "an array", lambda: m.dead_units(small_network(), x()), "Split.*got ndarray", TypeError),
    Misuse("most_confident_mistakes", "an array", lambda: mistakes(small_network(), x()), "Split", TypeError),
    Misuse("most_confident_mistakes", "none", lambda: mistakes(small_network(), blobs(), 0), "count >= 1, got 0"),
    Misuse("class_prior_entropy", "empty", lambda: m.class_prior_entropy([]), r"got \(0,\)"),
    Misuse("class_prior_entropy", "floats", lambda: m.class_prior_entropy([0.5, 0.5]), "integer.*float64", TypeError),
    Misuse("Recorder", "an array", lambda: fit(callbacks=[m.Recorder(x())]), "recorder's split as a Split", TypeError),
    Misuse("Recorder", "no steps", lambda: m.Recorder(blobs(), every_steps=0), "every_steps >= 1, got 0"),
    Misuse("StopAt", "metric", lambda: m.StopAt("accuracy", 0.9), "valid_accuracy.*got 'accuracy'"),
    Misuse("StopAt", "a word", lambda: m.StopAt("valid_accuracy", "97 %"), "target.*'97 %'", TypeError),
    Misuse("StopAt", "per cent", lambda: m.StopAt("valid_accuracy", 97), "fraction.*got 97"),
    Misuse("StopAt", "unmeasured", lambda: fit(callbacks=[m.StopAt("test_loss", 0.1)]), "does not measure"),
    Misuse("Callback", "a class", lambda: fit(callbacks=[m.Callback]), "Callback object.*got <class", TypeError),
    # schedules
    Misuse("StepDecay", "never", lambda: m.StepDecay(0.1, factor=0.5, every=0), "every.*0"),
    Misuse("StepDecay", "negative", lambda: m.StepDecay(-0.1, factor=0.5, every=5), "initial.*-0.1"),
    Misuse("Cosine", "no length", lambda: m.Cosine(0.1, length=0), "length.*0"),
    Misuse("Cosine", "negative", lambda: m.Cosine(0.1, length=5, final=-0.1), "final.*-0.1"),
    Misuse("Warmup", "no length", lambda: m.Warmup(0.1, length=0), "length.*0"),
    Misuse("Warmup", "a word", lambda: m.Warmup("0.1", length=5), "'0.1'", TypeError),
    Misuse("PerEpoch", "no updates", lambda: m.PerEpoch(m.StepDecay(0.1, 0.5, 5), 0), "updates_per_epoch.*0"),
    # search and estimator
    Misuse("grid", "empty axis", lambda: m.grid(learning_rate=[]), "learning_rate"),
    Misuse("grid", "a word", lambda: m.grid(activation="relu"), "activation.*got 'relu'", TypeError),
    Misuse("random_search", "empty axis", lambda: m.random_search(3, 1, momentum=[]), "one value for momentum"),
    Misuse("random_search", "a word", lambda: m.random_search(3, 1, activation="relu"), "activation", TypeError),
    Misuse("search", "no space", lambda: m.search([], data(), epochs=1), "setting|space"),
    Misuse("search", "a split", lambda: m.search([{}], blobs(), epochs=1), "Dataset", TypeError),
    Misuse("search", "unknown", lambda: m.search([{"learning_rte": 0.1}], data(), epochs=1), "learning_rte"),
    Misuse("search", "no epochs", lambda: m.search([{"hidden": (4,)}], data(), epochs=0), "epochs >= 1, got 0"),
    Misuse("MLPClassifier", "NaN", lambda: m.MLPClassifier().fit(x(value=NAN), [0, 1] * 2), "NaN"),
    Misuse("MLPClassifier", "unfitted", lambda: m.MLPClassifier().predict(x()), "not fitted"),
    Misuse("MLPClassifier", "rate", lambda: m.MLPClassifier(learning_rate_init=-1).fit(x(), [0, 1] * 2), "learning"),
]  # fmt: skip


def data():
    """Return three small splits."""
    return m.Dataset(blobs(), blobs(30, seed=1), blobs(30, seed=2))
