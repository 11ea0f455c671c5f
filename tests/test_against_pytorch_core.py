"""The same numbers as PyTorch, in float64: forward, loss, every gradient, and steps of every optimizer."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlp_core import SGD, Adam, cnn, mlp, softmax_cross_entropy, train_step

torch = pytest.importorskip("torch")

NETWORKS = {
    "mlp": lambda: mlp([784, 30, 20, 20, 10], ["relu", "sigmoid", "tanh"], dtype="float64", bias_initializer="normal"),
    "ift6135-b": lambda: cnn("ift6135-b", dtype="float64"),
    "ift6135-c": lambda: cnn("ift6135-c", dtype="float64"),
}
OPTIMIZERS = {
    "sgd": (SGD(0.1), lambda groups: torch.optim.SGD(groups(0), 0.1)),
    "momentum": (SGD(0.1, 0.9, weight_decay=0.1), lambda groups: torch.optim.SGD(groups(0.1), 0.1, momentum=0.9)),
    "nesterov": (
        SGD(0.1, 0.9, nesterov=True, weight_decay=0.1),
        lambda groups: torch.optim.SGD(groups(0.1), 0.1, momentum=0.9, nesterov=True),
    ),
    "adam": (Adam(0.01, weight_decay=0.1), lambda groups: torch.optim.Adam(groups(0.1), 0.01)),
}


def batch(n=4):
    rng = np.random.default_rng(0)
    return rng.integers(0, 5, (n, 784)) / 4, rng.integers(0, 10, n)  # few grey levels: pooling meets ties


def in_torch(network):
    """Return PyTorch's parameters under our names, and the forward function of the same network."""
    params = {name: torch.tensor(array, requires_grad=True) for name, array in network.params.items()}

    def forward(x):
        x = x.reshape(-1, *network.input_shape)
        for index, layer in enumerate(network.layers):
            kind, weight, bias = type(layer).__name__, params.get(f"{index}.weight"), params.get(f"{index}.bias")
            if kind == "Linear":
                x = x @ weight + bias
            elif kind == "Conv2d":
                x = torch.nn.functional.conv2d(x, weight, bias, layer.stride, layer.padding)
            elif kind == "MaxPool2d":
                x = torch.nn.functional.max_pool2d(x, layer.kernel_size, layer.stride)
            else:
                x = {"ReLU": torch.relu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh, "Flatten": torch.flatten}[kind](
                    x, *([1] if kind == "Flatten" else [])
                )
        return x

    return params, forward


@pytest.mark.parametrize("name", NETWORKS)
def test_forward_loss_and_every_gradient(name):
    network, (images, labels) = NETWORKS[name](), batch()
    logits = network.forward(images, training=True)
    loss, grad_logits = softmax_cross_entropy(logits, labels)
    grad_images = network.backward(grad_logits)

    params, forward = in_torch(network)
    x = torch.tensor(images, requires_grad=True)
    torch_logits = forward(x)
    torch_loss = torch.nn.functional.cross_entropy(torch_logits, torch.tensor(labels))
    torch_loss.backward()
    assert_allclose(logits, torch_logits.detach().numpy(), rtol=0, atol=1e-12)
    assert loss == pytest.approx(torch_loss.item(), abs=1e-12)
    assert_allclose(grad_images.reshape(x.shape), x.grad.numpy(), rtol=0, atol=1e-12)
    for key, param in params.items():
        assert_allclose(network.grads[key], param.grad.numpy(), rtol=0, atol=1e-12, err_msg=key)


@pytest.mark.parametrize("optimizer_name", OPTIMIZERS)
@pytest.mark.parametrize("name", NETWORKS)
def test_steps_of_every_optimizer(name, optimizer_name):
    network, (images, labels) = NETWORKS[name](), batch()
    settings, make_torch = OPTIMIZERS[optimizer_name]
    optimizer = type(settings)(**settings.config())
    params, forward = in_torch(network)

    def groups(weight_decay):
        weights = [param for key, param in params.items() if key.endswith("weight")]
        biases = [param for key, param in params.items() if key.endswith("bias")]
        return [{"params": weights, "weight_decay": weight_decay}, {"params": biases}]

    torch_optimizer = make_torch(groups)
    for _ in range(3):
        loss = train_step(network, optimizer, images, labels)
        torch_optimizer.zero_grad()
        torch_loss = torch.nn.functional.cross_entropy(forward(torch.tensor(images)), torch.tensor(labels))
        torch_loss.backward()
        torch_optimizer.step()
        assert loss == pytest.approx(torch_loss.item(), abs=1e-9)
    for key, param in params.items():
        assert_allclose(network.params[key], param.detach().numpy(), rtol=0, atol=1e-9, err_msg=key)
