"""The layer protocol, and the layers of a multilayer perceptron.

A layer is a function y = f(x, params) that can also run backward.  Given the gradient of the loss with respect to its
output, ``grad_output = dL/dy``, it stores dL/d(param) in ``grads`` and returns dL/dx: the chain rule, one link at a
time.  Arrays hold one example per row: ``x`` has shape (n, ...), where n is the batch size.
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from mlp_core.checks import Described, Shape, as_floats, as_grad, float_dtype, positive_int
from mlp_core.fast.threads import Memory, product
from mlp_core.initializers import Initializer, Seed, get_initializer, make_rng


class Layer(Described, Memory):
    """What every layer can do; a layer of your own derives from this and overrides ``forward`` and ``backward``.

    ``params`` maps names to parameters; after ``backward``, ``grads`` maps the same names to their gradients. Both are
    empty where nothing is learned. To be saved, a layer of your own with arguments or parameters also defines
    ``config`` (its constructor's arguments) and ``parameter_shapes``. ``kinds`` finds each class of layers by its name.
    """

    kinds: ClassVar[dict[str, "type[Layer]"]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        """Enter a new class of layers into ``kinds``; a name belongs to the module that used it first."""
        super().__init_subclass__(**options)
        known = Layer.kinds.setdefault(cls.__name__, cls)
        if known.__module__ == cls.__module__:  # defined again, in a notebook
            Layer.kinds[cls.__name__] = cls

    def __init__(self) -> None:
        self.params: dict[str, np.ndarray] = {}
        self.grads: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the output y for a batch x; if ``training``, keep what ``backward`` will need."""
        raise NotImplementedError(f"{type(self).__name__} must define forward")

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Store dL/d(param) in ``grads``, return dL/dx; RuntimeError unless a training ``forward`` came before."""
        raise NotImplementedError(f"{type(self).__name__} must define backward")

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one example's output, given that of its input (no batch axis)."""
        return input_shape

    def choices(self) -> np.ndarray | None:
        """Return the discrete choices of the last training pass (active units, winning pixels), or None."""
        return None

    @staticmethod
    def parameter_shapes(**config: Any) -> dict[str, Shape]:
        """Return the shapes of the parameters of a layer with this `config`, without making it."""
        return {}


class Linear(Layer):
    """An affine map: ``y = x W + b``.

    Parameters
    ----------
    in_features, out_features : int
        Numbers per example in the input and in the output, at least 1.
    initializer, bias_initializer : str or Initializer
        How ``W = params["weight"]``, shape (in_features, out_features), and ``b = params["bias"]``, (out_features,),
        are drawn: a name such as "he_normal" or an object, see `mlp_core.initializers`.
    seed : int or numpy.random.Generator, optional
        Source of the random numbers; None takes fresh ones every time.
    dtype : dtype-like
        float32 or float64, else ValueError; inputs are cast to it.
    """

    def __init__(
        self, in_features: int, out_features: int, initializer: str | Initializer = "glorot_uniform",
        seed: Seed = None, dtype: DTypeLike = "float32", *, bias_initializer: str | Initializer = "zeros",
    ) -> None:  # fmt: skip
        super().__init__()
        self.in_features = positive_int(in_features, "in_features")
        self.out_features = positive_int(out_features, "out_features")
        self.dtype = float_dtype(dtype)
        rng, fans = make_rng(seed), (in_features, out_features)
        weight = get_initializer(initializer)(rng, (in_features, out_features), *fans)
        bias = get_initializer(bias_initializer)(rng, (out_features,), *fans)
        self.params = {"weight": weight.astype(self.dtype), "bias": bias.astype(self.dtype)}

    @product
    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return ``x W + b``, shape (n, out_features), for x of shape (n, in_features)."""
        x = as_floats(x, self.dtype)
        if x.ndim != 2 or x.shape[1] != self.in_features:
            raise ValueError(f"{self!r} expected an input of shape (n, {self.in_features}), got {x.shape}")
        self.remember(x, training)
        return x @ self.params["weight"] + self.params["bias"]

    @product
    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return dL/dx and store dL/dW and dL/db.

        From y_ij = sum_k x_ik W_kj + b_j:  dL/dW_kj = sum_i x_ik dL/dy_ij, that is ``xᵀ dY``;
        dL/db_j = sum_i dL/dy_ij;  dL/dx_ik = sum_j dL/dy_ij W_kj, that is ``dY Wᵀ``.
        """
        x = self.remembered()
        grad_output = as_grad(grad_output, (x.shape[0], self.out_features), self)
        self.grads = {"weight": x.T @ grad_output, "bias": grad_output.sum(axis=0)}
        return grad_output @ self.params["weight"].T

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (out_features,)."""
        if input_shape != (self.in_features,):
            raise ValueError(f"{self!r} expected inputs of shape ({self.in_features},), got {input_shape}")
        return (self.out_features,)

    def config(self) -> dict[str, Any]:
        """Return the sizes and the dtype."""
        return {"in_features": self.in_features, "out_features": self.out_features, "dtype": self.dtype.name}

    @staticmethod
    def parameter_shapes(**config: Any) -> dict[str, Shape]:
        """Return the shapes of W and b."""
        shape = (config["in_features"], config["out_features"])
        return {"weight": shape, "bias": shape[1:]}


class ReLU(Layer):
    """``max(x, 0)``; at the kink x = 0 the derivative is taken as 0."""

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return ``max(x, 0)``, the shape and dtype of x."""
        output = np.maximum(as_floats(x), 0)
        self.remember(output, training)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Pass the gradient on where the unit was active (output > 0), and 0 elsewhere."""
        output = self.remembered()
        return as_grad(grad_output, output.shape, self) * (output > 0)

    def choices(self) -> np.ndarray | None:
        """Return which units were active, bool."""
        return None if self._cache is None else self._cache > 0


class Sigmoid(Layer):
    """``1 / (1 + exp(-x))``, computed as ``(1 + tanh(x/2)) / 2``, which is equal and cannot overflow."""

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the sigmoid of x, the shape and dtype of x."""
        output = 0.5 * np.tanh(0.5 * as_floats(x)) + 0.5
        self.remember(output, training)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return ``grad_output * s (1 - s)``: the derivative in terms of the output s."""
        output = self.remembered()
        return as_grad(grad_output, output.shape, self) * output * (1 - output)


class Tanh(Layer):
    """The hyperbolic tangent."""

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return tanh(x), the shape and dtype of x."""
        output = np.tanh(as_floats(x))
        self.remember(output, training)
        return output

    def backward(self, grad_output: np.ndarray) -> np.ndarray:
        """Return ``grad_output * (1 - t²)``: the derivative in terms of the output t."""
        output = self.remembered()
        return as_grad(grad_output, output.shape, self) * (1 - output * output)
