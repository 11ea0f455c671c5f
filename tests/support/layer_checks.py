"""What every layer must satisfy, for the tests of the layers."""

import numpy as np

EPS = 1e-5


def central_differences(function, array):
    """Return d function() / d array, entry by entry; the array is changed in place and put back."""
    slopes = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + EPS
        above = function()
        array[index] = kept - EPS
        slopes[index] = (above - function()) / (2 * EPS)
        array[index] = kept
    return slopes


def assert_close(actual, expected, tolerance):
    scale = max(np.abs(expected).max(), 1e-12)
    assert np.abs(actual - expected).max() / scale < tolerance


def assert_gradients_right(layer, x, seed=0):
    """Compare the gradients of the input and of every parameter with central differences, upstream gradient random."""
    upstream = np.random.default_rng(seed).standard_normal(layer.forward(x).shape)

    def loss():
        return float((layer.forward(x) * upstream).sum())

    layer.forward(x, training=True)
    grad_x = layer.backward(upstream)
    assert_close(grad_x, central_differences(loss, x), 1e-7)
    assert layer.grads.keys() == layer.params.keys()
    for name, param in layer.params.items():
        assert layer.grads[name].shape == param.shape
        assert_close(layer.grads[name], central_differences(loss, param), 1e-7)


def distinct(shape, seed=0):
    """Return shuffled numbers at least 0.01 apart, from either side of 0 but not near it: no ties, no kinks."""
    count = int(np.prod(shape))
    numbers = (np.arange(count) - count // 2 + 0.5) * 0.02
    return np.random.default_rng(seed).permutation(numbers).reshape(shape)
