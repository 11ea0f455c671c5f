import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_checks import assert_gradients_right, distinct

from mlp_core import Conv2d, MaxPool2d
from mlp_core.convolution import col2im, im2col, output_size

GEOMETRIES = [((2, 3), (1, 1), (0, 0)), ((3, 3), (2, 2), (1, 1)), ((1, 4), (3, 1), (0, 2)), ((3, 2), (2, 3), (2, 0))]


def naive_convolution(x, weight, bias, stride, padding):
    """Compute the definition in `Conv2d`'s docstring, number by number."""
    (n, _, height, width), (out, _, kh, kw) = x.shape, weight.shape
    rows, columns = output_size((height, width), (kh, kw), stride, padding)
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    y = np.empty((n, out, rows, columns))
    for e, o, i, j in np.ndindex(y.shape):
        top, left = i * stride[0], j * stride[1]
        y[e, o, i, j] = bias[o] + (weight[o] * x[e, :, top : top + kh, left : left + kw]).sum()
    return y


def naive_pooling(x, kernel, stride):
    n, channels, height, width = x.shape
    y = np.empty((n, channels, *output_size((height, width), kernel, stride, (0, 0))))
    for e, c, i, j in np.ndindex(y.shape):
        top, left = i * stride[0], j * stride[1]
        y[e, c, i, j] = x[e, c, top : top + kernel[0], left : left + kernel[1]].max()
    return y


def convolution(kernel=(2, 3), stride=(1, 1), padding=(0, 0), dtype="float64"):
    return Conv2d(2, 3, kernel, stride, padding, seed=0, dtype=dtype, bias_initializer="normal")


@pytest.mark.parametrize(("kernel", "stride", "padding"), GEOMETRIES)
def test_convolution_is_its_definition(kernel, stride, padding):
    layer, x = convolution(kernel, stride, padding), distinct((2, 2, 5, 7))
    expected = naive_convolution(x, layer.params["weight"], layer.params["bias"], stride, padding)
    assert layer.forward(x) == pytest.approx(expected, abs=1e-12)
    assert layer.output_shape((2, 5, 7)) == expected.shape[1:]


@pytest.mark.parametrize(("kernel", "stride", "padding"), GEOMETRIES)
def test_convolution_gradients(kernel, stride, padding):
    assert_gradients_right(convolution(kernel, stride, padding), distinct((2, 2, 4, 5)))


def test_convolution_by_hand():
    layer = Conv2d(1, 1, 2, dtype="float64")
    layer.params["weight"][...] = [[[[1, 0], [0, 10]]]]
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    assert layer.forward(x).tolist() == [[[[40, 51], [73, 84]]]]


@settings(deadline=None, max_examples=25)
@given(
    size=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
def test_col2im_is_the_adjoint_of_im2col(size, kernel, stride, padding):
    if any(s + 2 * p < k for s, k, p in zip(size, kernel, padding, strict=True)):
        with pytest.raises(ValueError, match="does not fit"):
            output_size(size, kernel, stride, padding)
        return
    x = distinct((2, 3, *size))
    columns = im2col(x, kernel, stride, padding)
    other = np.random.default_rng(0).standard_normal(columns.shape)
    back = col2im(other, x.shape, kernel, stride, padding)
    assert (columns * other).sum() == pytest.approx((x * back).sum(), rel=1e-10, abs=1e-10)


@settings(deadline=None, max_examples=25)
@given(
    size=st.tuples(st.integers(3, 8), st.integers(3, 8)),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 4), st.integers(1, 4)),
)
def test_pooling_is_its_definition(size, kernel, stride):
    x = distinct((2, 3, *size))
    assert np.array_equal(MaxPool2d(kernel, stride).forward(x), naive_pooling(x, kernel, stride))


@pytest.mark.parametrize(("kernel", "stride"), [((2, 2), None), ((3, 2), (1, 1)), ((2, 3), (3, 2)), ((1, 2), (2, 1))])
def test_pooling_gradients(kernel, stride):
    assert_gradients_right(MaxPool2d(kernel, stride), distinct((2, 2, 6, 7)))


def test_ties_go_to_the_first():
    layer = MaxPool2d(2)
    layer.forward(np.zeros((1, 1, 2, 4)), training=True)
    assert layer.backward(np.array([[[[5.0, 7.0]]]])).tolist() == [[[[5, 0, 7, 0], [0, 0, 0, 0]]]]
    assert layer.choices().ravel().tolist() == [0, 0]


def test_overlapping_windows_add_up():
    layer, x = MaxPool2d(2, stride=1), np.zeros((1, 1, 3, 3))
    x[0, 0, 1, 1] = 1
    layer.forward(x, training=True)
    assert layer.backward(np.ones((1, 1, 2, 2)))[0, 0].tolist() == [[0, 0, 0], [0, 4, 0], [0, 0, 0]]


@pytest.mark.parametrize("layer", [convolution(dtype="float32"), MaxPool2d(2)])
def test_float32_stays_float32_and_the_input_as_it_was(layer):
    x = distinct((2, 2, 4, 5)).astype("float32")
    kept = x.copy()
    y = layer.forward(x, training=True)
    assert y.dtype == layer.backward(np.ones_like(y)).dtype == np.float32
    assert np.array_equal(x, kept)


@pytest.mark.parametrize("shape", [(2, 3, 5, 5), (2, 5, 5), (2, 50)])
def test_wrong_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"shape \(n, 2, H, W\), got"):
        convolution().forward(np.zeros(shape))


def test_an_image_smaller_than_the_kernel_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        Conv2d(1, 1, 5).forward(np.zeros((1, 1, 4, 9)))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"kernel_size": 0}, ValueError),
        ({"kernel_size": 3, "stride": 0}, ValueError),
        ({"kernel_size": 1.5}, TypeError),
    ],
)
def test_impossible_geometry_is_refused(arguments, error):
    with pytest.raises(error, match="expected"):
        Conv2d(1, 1, **arguments)


def test_a_gradient_of_another_shape_is_refused():
    layer = MaxPool2d(2)
    layer.forward(np.zeros((1, 1, 4, 4)), training=True)
    with pytest.raises(ValueError, match="shape"):
        layer.backward(np.zeros((1, 1, 4, 4)))
