"""PyTorch, eager."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import torch
from torch import nn

from benchmarks.cases import LEARNING_RATE, Case


def prepare(case: Case) -> Callable[[], object]:
    torch.set_num_threads(2)
    network = case.network()
    model = nn.Sequential(*[translate(layer) for layer in network.layers])
    shape = (-1, *network.input_shape)
    batches = cycle([(torch.from_numpy(x).reshape(shape), torch.from_numpy(y)) for x, y in case.data()])
    loss_function, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), LEARNING_RATE)

    def step() -> float:
        x, y = next(batches)
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    @torch.inference_mode()
    def evaluation() -> tuple[float, float]:
        (x, y), loss, right = next(batches), 0.0, 0
        for start in range(0, case.images, case.batch_size):
            labels = y[start : start + case.batch_size]
            logits = model(x[start : start + case.batch_size])
            loss += loss_function(logits, labels).item() * len(labels)
            right += int((logits.argmax(1) == labels).sum())
        return loss / case.images, right / case.images

    return evaluation if case.images else step


def translate(layer: Any) -> nn.Module:
    """Return the PyTorch module of our layer, with its parameters."""
    kind = type(layer).__name__
    if kind in ("Linear", "Conv2d"):
        settings = {key: value for key, value in layer.config().items() if key != "dtype"}
        module = getattr(nn, kind)(**settings)
        weight = layer.params["weight"]
        with torch.no_grad():
            module.weight.copy_(torch.from_numpy(weight.T if kind == "Linear" else weight))
            module.bias.copy_(torch.from_numpy(layer.params["bias"]))
        return module
    return getattr(nn, kind)(**layer.config())
