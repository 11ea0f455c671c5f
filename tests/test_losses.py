import numpy as np
import pytest
from layer_checks import assert_close, central_differences

from mlp_core import log_softmax, softmax, softmax_cross_entropy

RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.standard_normal((6, 4)), np.array([0, 1, 2, 3, 0, 1])


def test_loss_by_hand():
    loss, grad = softmax_cross_entropy(np.array([[np.log(3.0), 0.0]]), np.array([1]))
    assert loss == pytest.approx(np.log(4))
    assert grad == pytest.approx(np.array([[0.75, -0.75]]))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_gradient(reduction):
    logits = LOGITS.copy()
    slopes = central_differences(lambda: softmax_cross_entropy(logits, LABELS, reduction)[0], logits)
    assert_close(softmax_cross_entropy(logits, LABELS, reduction)[1], slopes, 1e-7)


def test_the_sum_is_n_times_the_mean():
    (mean, grad_mean), (total, grad_sum) = (softmax_cross_entropy(LOGITS, LABELS, r) for r in ("mean", "sum"))
    assert total == pytest.approx(6 * mean)
    assert grad_sum == pytest.approx(6 * grad_mean)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_huge_logits_are_no_problem(dtype):
    loss, grad = softmax_cross_entropy(np.array([[1e4, -1e4], [-1e4, 1e4]], dtype), np.array([0, 0]))
    assert loss == 1e4
    assert grad.tolist() == [[0, 0], [-0.5, 0.5]]
    assert grad.dtype == dtype


def test_a_constant_added_to_the_logits_changes_nothing():
    assert softmax(LOGITS + 100) == pytest.approx(softmax(LOGITS))


def test_softmax_and_its_logarithm_agree():
    assert np.exp(log_softmax(LOGITS)) == pytest.approx(softmax(LOGITS))
    assert softmax(LOGITS).sum(axis=1) == pytest.approx(1)


def test_infinite_logits_give_a_loss_that_is_not_finite():
    with np.errstate(invalid="ignore"):
        assert not np.isfinite(softmax_cross_entropy(np.array([[np.inf, 0.0]]), np.array([0]))[0])


def test_inputs_stay_as_they_were():
    logits, labels = LOGITS.copy(), LABELS.copy()
    softmax_cross_entropy(logits, labels)
    assert np.array_equal(logits, LOGITS)
    assert np.array_equal(labels, LABELS)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (LABELS[:5], ValueError, r"shape \(6,\).*got \(5,\)"),
        (LABELS + 1, ValueError, "labels from 0 to 3, got labels from 1 to 4"),
        (LABELS - 1, ValueError, "got labels from -1"),
        (LABELS.astype(float), TypeError, "integer labels, got float64"),
        (np.eye(4)[LABELS], ValueError, "one per row"),
    ],
)
def test_impossible_labels_are_refused(labels, error, message):
    with pytest.raises(error, match=message):
        softmax_cross_entropy(LOGITS, labels)


def test_impossible_logits_and_reductions_are_refused():
    with pytest.raises(ValueError, match="n >= 1"):
        softmax_cross_entropy(np.zeros((0, 4)), np.zeros(0, int))
    with pytest.raises(ValueError, match="'mean' or 'sum', got 'none'"):
        softmax_cross_entropy(LOGITS, LABELS, "none")


def test_weights_may_be_a_list():
    logits, labels = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]]), np.array([0, 0, 1])
    loss, grad = softmax_cross_entropy(logits, labels, weights=[2, 0, 1])
    twice, thrice = softmax_cross_entropy(logits[[0, 0, 2]], labels[[0, 0, 2]])
    assert loss == pytest.approx(twice)
    np.testing.assert_allclose(grad, [thrice[0] + thrice[1], [0, 0], thrice[2]])
