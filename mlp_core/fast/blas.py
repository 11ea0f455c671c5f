"""Two operations that NumPy does not offer: a matrix product, and a multiple of an array, added to an array in place.

NumPy's own ``@`` ends in the BLAS routine *gemm*, ``C = alpha A B + beta C``, always with beta = 0.  With beta = 1 a
weight update ``W -= learning_rate * xᵀ dY`` needs no array for the gradient, and passes over W once instead of three
times.  Likewise ``W -= learning_rate * v`` is one pass of *axpy* instead of two, and on all threads.  Both routines are
called in the library that NumPy uses: SciPy carries a second one, and two libraries' threads get in each other's way.
Where they are not found, or cannot take the arrays as they lie, NumPy does the work in two steps.
"""

import ctypes
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

ROW_MAJOR, AS_IS, TRANSPOSED = 101, 111, 112  # constants of the CBLAS interface
NAMES = (("scipy_cblas_{}{}64_", ctypes.c_int64), ("cblas_{}{}64_", ctypes.c_int64), ("cblas_{}{}", ctypes.c_int))


def add_product(c: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float = 1.0, beta: float = 1.0) -> None:
    """Compute ``c = alpha * (a @ b) + beta * c`` in place: with beta = 0 the old content of c does not matter."""
    if c.shape != (*a.shape[:1], *b.shape[1:]) or a.shape[1:] != b.shape[:1]:
        raise ValueError(f"cannot add {a.dtype}{a.shape} @ {b.dtype}{b.shape} to {c.dtype}{c.shape}")
    gemm = find("gemm", c.dtype.char) if _plain(c, a, b) else None
    line_a, line_b, line_c = leading(a), leading(b), leading(c)
    if not (gemm and line_a and line_b and line_c) or line_c[0] == TRANSPOSED:  # NumPy does it, or says why it cannot
        product = np.matmul(a, b)
        product *= product.dtype.type(alpha)
        np.add(product, c * c.dtype.type(beta) if beta else 0, out=c, casting="same_kind")
        return
    (m, n), k = c.shape, a.shape[1]
    inputs = address(a), line_a[1], address(b), line_b[1]
    gemm(ROW_MAJOR, line_a[0], line_b[0], m, n, k, alpha, *inputs, beta, address(c), line_c[1])


def add_multiple(y: np.ndarray, x: np.ndarray, alpha: float = 1.0, beta: float = 1.0) -> None:
    """Compute ``y = alpha * x + beta * y`` in place, for arrays of one shape."""
    if y.shape != x.shape:
        raise ValueError(f"cannot add {x.dtype}{x.shape} to {y.dtype}{y.shape}")
    routine = find("axpy" if beta == 1 else "axpby", y.dtype.char) if _plain(y, x) else None
    if routine is None or not (x.flags.c_contiguous and y.flags.c_contiguous):
        added = x.dtype.type(alpha) * x  # first, in case that x and y share memory
        if beta != 1:
            y *= y.dtype.type(beta)
        y += added
    else:
        factor_of_y = () if beta == 1 else (beta,)
        routine(y.size, alpha, address(x), 1, *factor_of_y, address(y), 1)


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL | None:
    """Return the library in which NumPy finds its BLAS; None where it cannot be opened."""
    try:
        return ctypes.CDLL(np._core._multiarray_umath.__file__)  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return None


@lru_cache
def find(routine: str, char: str) -> Callable[..., Any] | None:
    """Return that routine of NumPy's BLAS for dtype character "f" or "d"; None where it cannot be reached."""
    letter, number = {"f": ("s", ctypes.c_float), "d": ("d", ctypes.c_double)}[char]
    for name, integer in NAMES:
        function = getattr(library(), name.format(letter, routine), None)
        if function is not None:
            vector = [ctypes.c_void_p, integer]
            function.argtypes = {
                "gemm": [*[ctypes.c_int] * 3, *[integer] * 3, number, *vector, *vector, number, *vector],
                "axpy": [integer, number, *vector, *vector],
                "axpby": [integer, number, *vector, number, *vector],
            }[routine]
            function.restype = None
            return function  # type: ignore[no-any-return]
    return None


def _plain(target: np.ndarray, *sources: np.ndarray) -> bool:
    """Return whether the BLAS may write the target through its address: where NumPy would write, of one kind."""
    kind = target.dtype
    if not (kind.char in "fd" and kind.isnative and target.flags.behaved and target.size):
        return False
    return all(source.dtype == kind and source.flags.aligned and source.size
               and not np.may_share_memory(target, source) for source in sources)


def leading(matrix: np.ndarray) -> tuple[int, int] | None:
    """Return gemm's description of a matrix, stored as it is or transposed, and the distance between its lines.

    None for a matrix that it cannot describe: neither rows nor columns contiguous, lines that go backward or overlap.
    """
    (m, n), (down, right), size = matrix.shape, matrix.strides, matrix.itemsize
    if right == size and (m <= 1 or (down >= n * size and down % size == 0)):
        return AS_IS, max(down // size, n)
    if down == size and (n <= 1 or (right >= m * size and right % size == 0)):
        return TRANSPOSED, max(right // size, m)
    return None


def address(array: np.ndarray) -> int:
    """Return where the array's first number lies."""
    return int(array.__array_interface__["data"][0])
