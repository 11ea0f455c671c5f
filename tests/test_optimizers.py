import pickle

import numpy as np
import pytest

from mlp_core import SGD, Adam, Cosine, PerEpoch, StepDecay, Warmup


class Toy:
    """Something with parameters: a weight of 1 and a bias of 2, whose gradients are 10 and 20."""

    def __init__(self):
        self.params = {"0.weight": np.array([[1.0]]), "0.bias": np.array([2.0])}
        self.grads = {"0.weight": np.array([[10.0]]), "0.bias": np.array([20.0])}

    @property
    def values(self):
        return [self.params["0.weight"].item(), self.params["0.bias"].item()]


def after(optimizer, steps):
    toy = Toy()
    for _ in range(steps):
        optimizer.step(toy)
    return toy.values


def test_plain_sgd():
    assert after(SGD(0.1), 2) == pytest.approx([1 - 2, 2 - 4])


def test_momentum_by_hand():
    # v = 10, then 0.5 * 10 + 10 = 15
    assert after(SGD(0.1, momentum=0.5), 2) == pytest.approx([1 - 1 - 1.5, 2 - 2 - 3])


def test_nesterov_by_hand():
    # v = 10, 15; the steps are 10 + 0.5 * 10 = 15 and 10 + 0.5 * 15 = 17.5
    assert after(SGD(0.1, momentum=0.5, nesterov=True), 2) == pytest.approx([1 - 1.5 - 1.75, 2 - 3 - 3.5])


def test_momentum_on_weights_only():
    assert after(SGD(0.1, momentum=0.5, bias_momentum=0), 2) == pytest.approx([1 - 1 - 1.5, 2 - 4])


def test_weight_decay_is_for_weights_only():
    assert after(SGD(0.1, weight_decay=3), 1) == pytest.approx([1 - 0.1 * (10 + 3 * 1), 0])


def test_adam_by_hand():
    # bias correction makes the first step the learning rate, and so every one while the gradient stays the same
    assert after(Adam(0.1), 3) == pytest.approx([1 - 0.3, 2 - 0.3])


def test_clipping_scales_all_gradients_together():
    # the norm of (10, 20) is 10 sqrt(5)
    assert after(SGD(1, clip_norm=np.sqrt(5)), 1) == pytest.approx([1 - 1, 2 - 2])
    assert after(SGD(1, clip_norm=1000), 1) == pytest.approx([1 - 10, 2 - 20])


def test_gradients_stay_as_they_were():
    toy = Toy()
    SGD(0.1, momentum=0.9, weight_decay=0.1, clip_norm=1).step(toy)
    assert [grad.item() for grad in toy.grads.values()] == [10, 20]


@pytest.mark.parametrize("make", [lambda: SGD(0.1, 0.9), lambda: Adam(StepDecay(0.1, 0.5, 1)), lambda: SGD(0.1)])
def test_state_continues_where_it_was(make):
    straight, first, second, toy = make(), make(), make(), Toy()
    first.step(toy)
    second.load_state_dict(first.state_dict())
    second.step(toy)
    assert toy.values == after(straight, 2)
    assert second.updates == 2


def test_a_schedule_sees_the_number_of_updates():
    seen = []
    after(SGD(lambda updates: seen.append(updates) or 0.1), 3)
    assert seen == [0, 1, 2]


def test_schedules():
    assert [StepDecay(1, 0.1, 2)(k) for k in range(4)] == pytest.approx([1, 1, 0.1, 0.1])
    assert [Cosine(1, 2, final=0.5)(k) for k in range(4)] == pytest.approx([1, 0.75, 0.5, 0.5])
    assert [Warmup(Cosine(1, 100), 2)(k) for k in range(2)] == pytest.approx([0.5, 1], abs=1e-3)
    assert [PerEpoch(StepDecay(1, 0.1, 1), 3)(k) for k in (0, 2, 3)] == pytest.approx([1, 1, 0.1])


def test_schedules_are_values():
    schedule = Warmup(PerEpoch(StepDecay(0.1, 0.5, 2), 10), 5)
    assert pickle.loads(pickle.dumps(schedule)) == schedule


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", [SGD(0.1, 0.9, True, 0.1, 1.0), Adam(0.1, weight_decay=0.1)])
def test_the_dtype_stays(optimizer, dtype):
    toy, fresh = Toy(), pickle.loads(pickle.dumps(optimizer))
    for arrays in (toy.params, toy.grads):
        arrays.update({name: array.astype(dtype) for name, array in arrays.items()})
    fresh.step(toy)
    assert all(array.dtype == dtype for array in toy.params.values())
    assert all(array.dtype == dtype for key, array in fresh.state_dict().items() if "." in key)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0), "learning_rate"),
        (lambda: SGD(np.nan), "learning_rate"),
        (lambda: SGD(0.1, momentum=1), "momentum"),
        (lambda: SGD(0.1, weight_decay=-1), "weight_decay"),
        (lambda: SGD(0.1, clip_norm=0), "clip_norm"),
        (lambda: SGD(0.1, nesterov=True), "nesterov"),
        (lambda: Adam(beta1=1), "beta1"),
        (lambda: Adam(eps=0), "eps"),
    ],
)
def test_impossible_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_step_needs_gradients():
    toy = Toy()
    toy.grads = {}
    with pytest.raises(RuntimeError, match=r"no gradient for parameter '0.weight'.*backward"):
        SGD(0.1).step(toy)


def test_a_used_optimizer_does_not_fit_another_network():
    optimizer, toy = SGD(0.1, 0.9), Toy()
    optimizer.step(toy)
    toy.params["0.weight"], toy.grads["0.weight"] = np.ones((2, 2)), np.ones((2, 2))
    with pytest.raises(ValueError, match="new optimizer"):
        optimizer.step(toy)


def test_repr_is_the_call():
    assert repr(SGD(0.1, 0.9)) == "SGD(learning_rate=0.1, momentum=0.9)"
    assert repr(SGD(StepDecay(0.1, 0.5, 3))) == "SGD(learning_rate=StepDecay(initial=0.1, factor=0.5, every=3))"


@pytest.mark.parametrize("optimizer", [SGD(0.1, weight_decay=0.5), Adam(0.1, weight_decay=0.5)])
def test_weights_of_any_name_decay_and_vectors_do_not(optimizer):
    class Named:
        params = {"0.W": np.ones((2, 2)), "0.kernel": np.ones((2, 2, 1, 1)), "0.b": np.ones(2), "0.gain": np.ones(2)}
        grads = {name: np.zeros_like(array) for name, array in params.items()}

    network = Named()
    optimizer.step(network)
    assert (network.params["0.W"] < 1).all()
    assert (network.params["0.kernel"] < 1).all()
    assert (network.params["0.b"] == 1).all()
    assert (network.params["0.gain"] == 1).all()


def test_a_state_keeps_the_settings_of_the_moment():
    first, second = SGD(0.1, 0.9, weight_decay=0.1), SGD(0.1, 0.9, weight_decay=0.1)
    first.learning_rate, first.weight_decay, first.clip_norm = 0.01, 0.0, 2.0
    second.load_state_dict({name: np.asarray(value) for name, value in first.state_dict().items()})
    assert (second.learning_rate, second.weight_decay, second.clip_norm) == (0.01, 0.0, 2.0)
    assert second.nesterov is False


def test_a_state_of_another_optimizer_is_refused():
    with pytest.raises(ValueError, match="expected the state of SGD, got 'beta1'"):
        SGD(0.1).load_state_dict(Adam(0.1).state_dict())
