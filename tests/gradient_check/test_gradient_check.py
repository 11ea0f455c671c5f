import numpy as np
import pytest

from mlp_core import (
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    check_gradients,
    cnn,
    finite_difference_sweep,
    mlp,
    softmax_cross_entropy,
)
from mlp_core.gradient_check import GradientError, check_layer
from mlp_core.layers import Layer


def type_name(value):
    """Return a readable name for a test's case."""
    return type(value).__name__


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def batch(rng):
    return rng.random((4, 6)), np.array([0, 1, 2, 1])


# --- right gradients pass ---


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_mlp_passes_in_every_entry(batch, activation, dtype):
    network = mlp([6, 8, 5, 3], activation=activation, seed=1, dtype=dtype)
    report = check_gradients(network, *batch, max_entries_per_array=None)
    assert report.passed
    assert report.max_relative_error < 1e-7
    assert report.checked + report.kinks == network.num_parameters + batch[0].size
    assert [check.name for check in report.arrays] == ["input", *network.params]


def test_the_sum_passes_as_well_as_the_mean(batch):
    network = mlp([6, 8, 3], seed=1)
    mean, summed = (check_gradients(network, *batch, reduction=r) for r in ("mean", "sum"))
    assert mean.passed
    assert summed.passed
    np.testing.assert_allclose(summed.arrays[1].analytic, 4 * mean.arrays[1].analytic)


def test_a_cnn_passes(rng):
    layers = [Conv2d(1, 2, (3, 2), stride=2, padding=1, seed=0), ReLU(), MaxPool2d(2, 1), Flatten()]
    network = Sequential([*layers, Linear(18, 3, seed=0)], input_shape=(1, 8, 7))
    report = check_gradients(network, rng.normal(size=(3, 56)), np.array([0, 1, 2]), max_entries_per_array=None)
    assert report.raise_if_failed().max_relative_error < 1e-7
    assert report.checked > 200


@pytest.mark.long
@pytest.mark.parametrize("name", ["ift6135-b", "ift6135-c"])
def test_the_published_cnns_pass_in_a_sample(rng, name):
    report = check_gradients(
        cnn(name, seed=0), rng.normal(size=(1, 784)), np.array([3]), max_entries_per_array=2
    ).raise_if_failed()
    assert report.max_relative_error < 1e-6


def test_dropout_is_frozen_so_that_it_can_be_checked(batch):
    network = mlp([6, 20, 3], dropout=0.5, seed=1)
    report = check_gradients(network, *batch, max_entries_per_array=None)
    assert report.passed
    zeros = np.mean(report.arrays[1].analytic == 0)
    assert 0.2 < zeros < 0.9  # the mask is really applied


def test_the_network_is_not_changed(batch):
    network, same = (mlp([6, 8, 3], seed=1, dropout=0.5) for _ in range(2))
    check_gradients(network, *batch)
    finite_difference_sweep(network, *batch, parameter="0.weight")
    for name, param in same.params.items():
        assert np.array_equal(network.params[name], param)
        assert network.params[name].dtype == np.float32
    x = batch[0].astype("float32")
    assert np.array_equal(network.forward(x, training=True), same.forward(x, training=True))  # dropout draws on


# --- wrong gradients fail ---


class Wrong(Linear):
    """A Linear layer with a mistake planted in its gradients."""

    def __init__(self, *args, name, mistake, **options):
        super().__init__(*args, **options)
        self.name, self.mistake = name, mistake

    def backward(self, grad_output):
        grad_input = super().backward(grad_output)
        if self.name == "input":
            return self.mistake(grad_input)
        self.grads[self.name] = self.mistake(self.grads[self.name])
        return grad_input


def one_entry(array):
    """Make the smallest entry 1 % larger."""
    array = array.copy()
    array.flat[np.abs(array).argmin()] *= 1.01
    return array


MISTAKES = {
    "sign": lambda g: -g,
    "one percent": lambda g: 1.01 * g,
    "a thousandth of a percent": lambda g: (1 + 1e-5) * g,
    "transposed": lambda g: np.roll(g, 1, axis=0),
    "constant": lambda g: g + 1e-5,
    "one entry": one_entry,
    "zero": lambda g: 0 * g,
    "not a number": lambda g: g * np.nan,
}


@pytest.mark.parametrize("name", ["weight", "bias", "input"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_fails_the_check_of_the_network(batch, name, mistake):
    wrong = Wrong(8, 7, name=name, mistake=MISTAKES[mistake], seed=0)
    network = Sequential([Linear(6, 8, seed=0), Tanh(), wrong, Tanh(), Linear(7, 3, seed=2)])
    report = check_gradients(network, *batch, max_entries_per_array=None)
    assert not report.passed
    blamed = "0.weight" if name == "input" else f"2.{name}"  # a wrong input gradient spoils the layers before
    assert blamed in [check.name for check in report.arrays if not check.max_relative_error <= report.tolerance]
    if name != "input":
        assert report.worst.parameter == blamed


@pytest.mark.parametrize("name", ["weight", "bias", "input"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_fails_the_check_of_the_layer(rng, name, mistake):
    wrong = Wrong(5, 4, name=name, mistake=MISTAKES[mistake], seed=0)
    report = check_layer(wrong, rng.normal(size=(6, 5)), max_entries_per_array=None)
    assert not report.passed
    assert report.worst.parameter == ("input" if name == "input" else f"0.{name}")


def test_an_entry_that_the_sample_misses_is_seen_by_the_random_direction(rng):
    def last_entry(gradient):
        gradient = gradient.copy()
        gradient[-1, -1] *= 2
        return gradient

    wrong = Wrong(30, 40, name="weight", mistake=last_entry, seed=0)
    report = check_layer(wrong, rng.normal(size=(3, 30)), max_entries_per_array=5)
    weight = report.arrays[1]
    assert (29, 39) not in weight.indices
    assert report.worst.index is None
    assert not report.passed
    assert "along a random direction" in str(report)


def test_the_message_names_place_numbers_and_pattern(batch):
    wrong = Wrong(8, 3, name="weight", mistake=lambda g: -g, seed=0)
    report = check_gradients(Sequential([Linear(6, 8, seed=0), Tanh(), wrong]), *batch)
    with pytest.raises(GradientError) as caught:
        report.raise_if_failed()
    message, worst = str(caught.value), report.worst
    assert message.startswith("GradientCheck(FAILED: max_relative_error=2, tolerance=1e-06")
    assert "2.weight of Wrong(in_features=8, out_features=3, dtype='float64'): 24 of 24 entries are wrong" in message
    assert f"worst at {list(worst.index)}" in message
    assert f"analytic {worst.analytic:.9g}, numerical {worst.numerical:.9g}" in message
    assert "every entry is -1 times the right one: the sign?" in message


@pytest.mark.parametrize(
    ("mistake", "hint"),
    [
        (lambda g: g / 4, "0.25 times the right one: the mean over the batch taken twice?"),
        (lambda g: g * 4, "4 times the right one: a sum over the batch where the mean belongs?"),
        (lambda g: g * 1.5, "1.5 times the right one"),
        (lambda g: g * 0, "zero: is it computed at all?"),
        (lambda g: g * np.inf, "not finite"),
    ],
)
def test_the_message_guesses_the_mistake(batch, mistake, hint):
    network = Sequential([Linear(6, 8, seed=0), Tanh(), Wrong(8, 3, name="bias", mistake=mistake, seed=0)])
    with np.errstate(invalid="ignore"):
        assert hint in str(check_gradients(network, *batch))


def test_a_parameter_that_forward_ignores_is_named(rng):
    class Forgetful(Linear):
        def forward(self, x, training=False):
            return super().forward(x, training) - self.params["bias"]

    assert "the loss does not depend on it" in str(check_layer(Forgetful(3, 2, seed=0), rng.normal(size=(4, 3))))


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda layer, g: g[:, :2], "expected shape .4, 3. for the gradient of its input.*got .4, 2."),
        (lambda layer, g: layer.grads.pop("bias") is None or g, "left no grads.'bias'."),
        (lambda layer, g: layer.grads.update(weight=layer.grads["weight"].T) or g, "expected shape .3, 2. for grads"),
    ],
)
def test_gradients_of_the_wrong_shape_are_refused(rng, spoil, complaint):
    class Misshapen(Linear):
        def backward(self, grad_output):
            return spoil(self, super().backward(grad_output))

    with pytest.raises(ValueError, match=complaint):
        check_layer(Misshapen(3, 2, seed=0), rng.normal(size=(4, 3)))


# --- one's own layers ---


class Scale(Layer):
    """One's own layer, with one parameter a feature and a kink: ``s * |x|``."""

    def __init__(self, features):
        super().__init__()
        self.params = {"scale": np.linspace(1, 2, features)}

    def forward(self, x, training=False):
        self.x = x
        return self.params["scale"] * np.abs(x)

    def backward(self, grad_output):
        self.grads = {"scale": (grad_output * np.abs(self.x)).sum(axis=0)}
        return grad_output * self.params["scale"] * np.sign(self.x)

    def choices(self):
        return self.x > 0


def test_a_layer_of_ones_own_is_checked(rng):
    assert check_layer(Scale(5), rng.normal(size=(3, 5))).passed


def test_a_layer_needs_no_more_than_the_protocol(rng):
    class Bare:
        def __init__(self):
            self.params, self.grads = {"weight": np.array([2.0])}, {}

        def forward(self, x, training=False):
            self.x = x
            return self.params["weight"] * x

        def backward(self, grad_output):
            self.grads = {"weight": np.array([(grad_output * self.x).sum()])}
            return grad_output * self.params["weight"]

    assert check_layer(Bare(), rng.normal(size=(3, 5))).passed


@pytest.mark.parametrize(
    "layer", [Linear(6, 3, seed=0), ReLU(), Sigmoid(), Tanh(), Dropout(0.4, seed=0)], ids=type_name
)
def test_every_layer_passes_alone(rng, layer):
    assert check_layer(layer, rng.normal(size=(4, 6))).raise_if_failed().max_relative_error < 1e-7


# --- kinks ---


def test_a_relu_at_its_kink_is_reported_not_blamed():
    x = np.array([[0.5, 1e-7, -0.3, -2e-6, 1.0]])
    report = check_layer(ReLU(), x, eps=1e-5)
    assert report.arrays[0].kinks.tolist() == [False, True, False, True, False]
    assert (report.checked, report.kinks, report.passed) == (3, 2, True)


def test_a_max_pool_tie_is_reported_not_blamed():
    x = np.array([[[[0.5, 0.5], [0.1, 0.2]]]])
    report = check_layer(MaxPool2d(2), x)
    assert report.arrays[0].kinks.tolist() == [True, True, False, False]
    assert report.passed


def test_a_kink_in_a_later_layer_is_noticed():
    network = Sequential([Linear(1, 1, seed=0), ReLU(), Linear(1, 2, seed=0)])
    network.params["0.weight"][...] = 1.0
    network.params["0.bias"][...] = 0.0
    report = check_gradients(network, np.array([[1e-7]]), np.array([0]))
    assert [check.name for check in report.arrays if check.kinks.any()] == ["input", "0.bias"]


def test_where_every_step_crosses_a_kink_nothing_is_claimed():
    report = check_layer(ReLU(), np.zeros((1, 3)))
    assert not report.passed
    assert report.worst is None
    assert np.isnan(report.max_relative_error)
    assert "input of ReLU(): not checked, every step of 1e-05 crosses a kink" in str(report)


# --- the report ---


def test_the_table_has_a_row_an_array(batch):
    network = mlp([6, 8, 3], seed=1)
    frame = check_gradients(network, *batch, max_entries_per_array=10).to_frame()
    assert list(frame.index) == ["input", "0.weight", "0.bias", "2.weight", "2.bias"]
    assert frame["checked"].tolist() == [11, 11, 8, 11, 3]  # ten, and one random direction
    assert frame.loc["2.weight", "shape"] == (8, 3)
    assert frame["passed"].all()
    assert (frame["max_relative_error"] < 1e-7).all()


def test_samples_are_seeded(batch):
    network = mlp([6, 8, 3], seed=1)
    first, again, other = (
        [check_gradients(network, *batch, max_entries_per_array=9, seed=s).arrays[1].indices] for s in (0, 0, 1)
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("options", "error", "complaint"),
    [
        ({"eps": 0}, ValueError, "expected eps between 0 and 1, got 0"),
        ({"tolerance": -1}, ValueError, "expected tolerance between 0 and 1, got -1"),
        ({"max_entries_per_array": 0}, ValueError, "max_entries_per_array >= 1"),
        ({"reduction": "max"}, ValueError, "expected reduction"),
    ],
)
def test_misuse_says_what_was_expected(batch, options, error, complaint):
    with pytest.raises(error, match=complaint):
        check_gradients(mlp([6, 3], seed=0), *batch, **options)


# --- the sweep ---

SMOOTH_N = [1, 10, 100, 1000, 10**4, 10**5, 10**6, 10**7, 10**8, 10**9]


@pytest.fixture
def smooth():
    """Return a network without kinks."""
    return mlp([6, 8, 3], activation="tanh", seed=1, dtype="float64")


def test_the_error_falls_with_the_square_of_the_step_then_rises_with_its_inverse(smooth, batch):
    sweep = finite_difference_sweep(smooth, *batch, N=SMOOTH_N)
    errors = sweep.max_absolute
    np.testing.assert_allclose(errors[1:3] / errors[2:4], 100, rtol=0.05)
    best = SMOOTH_N[errors.argmin()]
    assert 1e4 <= best <= 1e6
    assert errors[-1] > 100 * errors.min()
    assert not sweep.kinks.any()


def test_in_single_precision_the_best_step_is_wider(smooth, batch):
    single = finite_difference_sweep(smooth, *batch, N=SMOOTH_N, dtype="float32")
    double = finite_difference_sweep(smooth, *batch, N=SMOOTH_N)
    assert single.dtype == "float32"
    assert 10 <= SMOOTH_N[single.max_absolute.argmin()] <= 1000
    assert single.max_absolute.min() > 1000 * double.max_absolute.min()


def test_the_sweep_is_the_textbook_formula(smooth, batch):
    sweep = finite_difference_sweep(smooth, *batch, parameter="2.bias", count=2, N=[10])
    for k in range(2):
        losses = []
        for sign in (1, -1):
            moved = smooth.copy()
            moved.params["2.bias"][k] += sign * 0.1
            losses.append(softmax_cross_entropy(moved.forward(batch[0]), batch[1])[0])
        assert sweep.numerical[0, k] == pytest.approx((losses[0] - losses[1]) / 0.2, rel=1e-12)
    logits = smooth.forward(batch[0], training=True)
    smooth.backward(softmax_cross_entropy(logits, batch[1])[1])
    np.testing.assert_allclose(sweep.analytic, smooth.grads["2.bias"][:2], rtol=1e-12)
    np.testing.assert_allclose(sweep.difference, sweep.analytic - sweep.numerical)
    np.testing.assert_allclose(sweep.absolute, np.abs(sweep.difference))


def test_the_sweep_marks_kinks():
    network = Sequential([Linear(1, 1, seed=0, dtype="float64"), ReLU(), Linear(1, 2, seed=0, dtype="float64")])
    network.params["0.weight"][...] = 1.0
    sweep = finite_difference_sweep(network, np.array([[0.05]]), np.array([0]), parameter="0.bias", N=[10, 100])
    assert sweep.kinks.tolist() == [[True], [False]]
    assert np.isnan(sweep.max_absolute_smooth[0])
    assert sweep.max_absolute_smooth[1] == sweep.max_absolute[1] < 1e-5 < sweep.max_absolute[0]


def test_the_sweeps_table_has_a_row_for_each_step_and_entry(smooth, batch):
    sweep = finite_difference_sweep(smooth, *batch, count=3, N=[5, 50])
    frame = sweep.to_frame()
    assert frame["N"].tolist() == [5, 5, 5, 50, 50, 50]
    assert frame["entry"].tolist() == [1, 2, 3, 1, 2, 3]
    assert frame["index"].tolist() == [(0, 0), (0, 1), (0, 2)] * 2
    np.testing.assert_array_equal(frame["difference"], sweep.difference.ravel())
    summary = sweep.summary()
    assert summary.loc[50, "max_absolute"] == frame[frame["N"] == 50]["absolute"].max()
    assert summary["kinks"].tolist() == [0, 0]


def test_entries_can_be_chosen(smooth, batch):
    sweep = finite_difference_sweep(smooth, *batch, indices=[0, 4, (7, 2)], N=[100])
    assert sweep.indices == [(0, 0), (1, 1), (7, 2)]


def test_fewer_entries_than_asked_for_are_all_there_are(smooth, batch):
    assert len(finite_difference_sweep(smooth, *batch, parameter="2.bias", N=[100]).indices) == 3


@pytest.mark.parametrize(
    ("options", "error", "complaint"),
    [
        ({"parameter": "1.weight"}, ValueError, "expected a parameter among input, 0.weight.*got '1.weight'"),
        ({"count": 0}, ValueError, "expected count >= 1"),
        ({"N": []}, ValueError, "expected N as a sequence"),
        ({"N": [10, 0]}, ValueError, "expected N as a sequence of finite numbers > 0"),
        ({"N": ["10"]}, ValueError, "expected N as a sequence of numbers"),
        ({"N": 10}, ValueError, "expected N as a sequence of numbers"),
        ({"indices": [24]}, ValueError, "expected positions or indices in an array of shape .8, 3."),
        ({"indices": [-1]}, ValueError, "expected positions or indices"),
        ({"indices": [(0, 0, 0)]}, ValueError, "expected positions or indices"),
        ({"indices": [(8, 0)]}, ValueError, "expected positions or indices in an array of shape .8, 3."),
        ({"indices": []}, ValueError, "expected positions"),
        ({"dtype": "float16"}, ValueError, "expected dtype float32 or float64"),
    ],
)
def test_the_sweep_refuses_what_makes_no_sense(smooth, batch, options, error, complaint):
    with pytest.raises(error, match=complaint):
        finite_difference_sweep(smooth, *batch, **options)


def test_an_array_that_was_never_compared_does_not_pass():
    """Every unit of a network of zeros stands on ReLU's kink: nothing can be said of the layer before."""
    network = mlp([4, 3, 2], initializer="zeros")
    check = check_gradients(network, np.ones((2, 4)), np.array([0, 1]))
    assert not check.passed
    assert "0.weight of Linear" in str(check)
    assert "not checked" in str(check)
