"""JAX, the whole step compiled into one function, the parameters given back to it in place."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from benchmarks.cases import LEARNING_RATE, Case


def prepare(case: Case) -> Callable[[], object]:
    network = case.network()
    shape = (-1, *network.input_shape)
    batches = cycle([(jnp.asarray(x.reshape(shape)), jnp.asarray(y)) for x, y in case.data()])
    params = {name: jnp.asarray(array) for name, array in network.params.items()}

    def loss_function(params: dict[str, Any], x: Any, y: Any) -> tuple[Any, Any]:
        for index, layer in enumerate(network.layers):
            x = apply(layer, index, params, x)
        log_probabilities = jax.nn.log_softmax(x)
        return -jnp.mean(log_probabilities[jnp.arange(len(y)), y]), jnp.sum(x.argmax(axis=1) == y)

    def update(params: dict[str, Any], x: Any, y: Any) -> tuple[dict[str, Any], Any]:
        (loss, _), grads = jax.value_and_grad(loss_function, has_aux=True)(params, x, y)
        return {name: params[name] - LEARNING_RATE * grads[name] for name in params}, loss

    compiled_update, compiled_loss = jax.jit(update, donate_argnums=0), jax.jit(loss_function)

    def step() -> float:
        nonlocal params
        params, loss = compiled_update(params, *next(batches))
        return float(loss)

    def evaluation() -> tuple[float, float]:
        (x, y), loss, right = next(batches), 0.0, 0
        for start in range(0, case.images, case.batch_size):
            part = slice(start, start + case.batch_size)
            mean, count = compiled_loss(params, x[part], y[part])
            loss, right = loss + float(mean) * case.batch_size, right + int(count)
        return loss / case.images, right / case.images

    return evaluation if case.images else step


def apply(layer: Any, index: int, params: dict[str, Any], x: Any) -> Any:
    """Return what our layer computes, in JAX."""
    kind = type(layer).__name__
    if kind == "Linear":
        return x @ params[f"{index}.weight"] + params[f"{index}.bias"]
    if kind == "Conv2d":
        padding = [(p, p) for p in layer.padding]
        y = lax.conv_general_dilated(x, params[f"{index}.weight"], layer.stride, padding)
        return y + params[f"{index}.bias"][:, None, None]
    if kind == "MaxPool2d":
        window, strides = (1, 1, *layer.kernel_size), (1, 1, *layer.stride)
        return lax.reduce_window(x, -jnp.inf, lax.max, window, strides, "VALID")
    return jax.nn.relu(x) if kind == "ReLU" else x.reshape(len(x), -1)
