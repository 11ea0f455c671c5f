"""The same weights, the same order, the same losses as PyTorch, over an epoch, in float64."""

import numpy as np
import pytest

from mlp_core import SGD, Adam, Split, cnn, mlp, train
from mlp_core.callbacks import Callback

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # the threads of two libraries would wait for each other


class Losses(Callback):
    """Keep the loss of every batch."""

    def __init__(self):
        self.values = []

    def on_batch_end(self, state):
        self.values.append(state.loss)


def torch_layer(layer):
    """Return PyTorch's twin of a layer, with the same parameters."""
    name, nn = type(layer).__name__, torch.nn
    if name == "Linear":
        twin = nn.Linear(layer.in_features, layer.out_features)
        weight = layer.params["weight"].T
    elif name == "Conv2d":
        twin = nn.Conv2d(layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride, layer.padding)
        weight = layer.params["weight"]
    elif name == "MaxPool2d":
        return nn.MaxPool2d(layer.kernel_size, layer.stride)
    else:
        return getattr(nn, name)()
    twin.double()
    twin.weight.data = torch.tensor(np.ascontiguousarray(weight))
    twin.bias.data = torch.tensor(layer.params["bias"])
    return twin


def torch_optimizer(optimizer, model):
    """Return PyTorch's twin of an optimizer: its weight decay would reach biases too, so these are a group apart."""
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
    groups = [{"params": weights, "weight_decay": optimizer.weight_decay}, {"params": biases, "weight_decay": 0.0}]
    if isinstance(optimizer, Adam):
        betas = (optimizer.beta1, optimizer.beta2)
        return torch.optim.Adam(groups, lr=optimizer.learning_rate, betas=betas, eps=optimizer.eps)
    return torch.optim.SGD(groups, optimizer.learning_rate, momentum=optimizer.momentum, nesterov=optimizer.nesterov)


def torch_losses(network, split, optimizer, batch_size, reduction="mean"):
    """Train PyTorch's twin for an epoch in the split's order; return the loss of every batch, a mean."""
    model = torch.nn.Sequential(*map(torch_layer, network.layers))
    twin, losses = torch_optimizer(optimizer, model), []
    images = torch.tensor(split.images.reshape(-1, *network.input_shape))
    labels = torch.tensor(split.labels)
    for start in range(0, len(labels), batch_size):
        part = slice(start, start + batch_size)
        twin.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(images[part]), labels[part], reduction=reduction)
        loss.backward()
        twin.step()
        losses.append(loss.item() / (len(labels[part]) if reduction == "sum" else 1))
    return losses


def images(n, seed=0):
    """Return n random images whose labels a network can learn."""
    rng = np.random.default_rng(seed)
    pixels = rng.random((n, 784))
    return Split(pixels, np.argmax(pixels @ np.random.default_rng(1).normal(size=(784, 10)), axis=1))


def losses_of_both(network, split, make_optimizer, batch_size, reduction="mean"):
    theirs = torch_losses(network, split, make_optimizer(), batch_size, reduction)
    log = Losses()
    train(
        network,
        split,
        optimizer=make_optimizer(),
        epochs=1,
        batch_size=batch_size,
        shuffle=False,
        reduction=reduction,
        evaluate_train=False,
        callbacks=[log],
    )
    return np.array(log.values), np.array(theirs)


OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.02, momentum=0.9),
    "nesterov": lambda: SGD(0.02, momentum=0.9, nesterov=True),
    "weight decay": lambda: SGD(0.1, weight_decay=0.01),
    "momentum and weight decay": lambda: SGD(0.02, momentum=0.9, weight_decay=0.01),
    "adam": lambda: Adam(0.001),
    "adam and weight decay": lambda: Adam(0.001, weight_decay=0.01),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_mlps_losses_over_an_epoch_of_4000_images(optimizer):
    network = mlp([784, 64, 48, 10], seed=0, dtype="float64")
    ours, theirs = losses_of_both(network, images(4000), OPTIMIZERS[optimizer], 32)
    assert len(ours) == 125
    assert ours[-10:].mean() < ours[0] - 0.05
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-7)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_other_activations_too(activation):
    network = mlp([784, 64, 10], activation=activation, seed=0, dtype="float64")
    np.testing.assert_allclose(*losses_of_both(network, images(1000), OPTIMIZERS["momentum"], 32), rtol=0, atol=1e-7)


def test_the_summed_gradient_too():
    network = mlp([784, 64, 10], seed=0, dtype="float64")
    ours, theirs = losses_of_both(network, images(500), lambda: SGD(0.002, momentum=0.5), 50, reduction="sum")
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-7)


@pytest.mark.long
@pytest.mark.parametrize(("name", "batch_size", "n"), [("ift6135-b", 32, 192), ("ift6135-c", 16, 48)])
@pytest.mark.parametrize("optimizer", ["momentum and weight decay", "adam"])
def test_the_cnns_losses(name, batch_size, n, optimizer):
    network = cnn(name, seed=0, dtype="float64")
    np.testing.assert_allclose(
        *losses_of_both(network, images(n), OPTIMIZERS[optimizer], batch_size), rtol=0, atol=1e-7
    )
