"""Two operations that NumPy does not offer: a matrix product, and a multiple of an array, added to an array in place.

NumPy's own ``@`` ends in the BLAS routine *gemm*, which computes ``C = alpha A B + beta C``; but NumPy always sets
beta = 0.  With beta = 1 a weight update ``W -= learning_rate * xᵀ dY`` needs no array for the gradient, and passes over
W once instead of three times.  Likewise ``W -= learning_rate * v`` is one pass of *axpy* instead of two, and on all
threads.  `add_product` and `add_multiple` call these routines in the same library that NumPy uses (SciPy carries a
second one, and two libraries' threads get in each other's way).  Where they are not found, NumPy does the work in two
steps.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

ROW_MAJOR, AS_IS, TRANSPOSED = 101, 111, 112  # constants of the CBLAS interface
NAMES = (("scipy_cblas_{}{}64_", ctypes.c_int64), ("cblas_{}{}64_", ctypes.c_int64), ("cblas_{}{}", ctypes.c_int))


def add_product(c: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float = 1.0, beta: float = 1.0) -> None:
    """Compute ``c = alpha * (a @ b) + beta * c`` in place.

    Parameters
    ----------
    c : ndarray, shape (m, n), float32 or float64
        Written in place; its rows must be contiguous.
    a, b : ndarray, shapes (m, k) and (k, n), dtype of c
        Either rows or columns contiguous, so that transposed views are welcome.
    alpha, beta : float
        The two factors; with beta = 0 the old content of c does not matter.
    """
    gemm = find("gemm", c.dtype.char)
    if gemm is None or c.strides[1] != c.itemsize:
        product = np.matmul(a, b)
        product *= c.dtype.type(alpha)
        np.add(product, c * c.dtype.type(beta) if beta else 0, out=c)
        return
    (m, n), k = c.shape, a.shape[1]
    if a.shape != (m, k) or b.shape != (k, n) or not a.dtype == b.dtype == c.dtype:
        raise ValueError(f"cannot add {a.dtype}{a.shape} @ {b.dtype}{b.shape} to {c.dtype}{c.shape}")
    (flag_a, lead_a), (flag_b, lead_b) = leading(a), leading(b)
    address_a, address_b, address_c = address(a), address(b), address(c)
    lead_c = max(c.strides[0] // c.itemsize, n)
    gemm(ROW_MAJOR, flag_a, flag_b, m, n, k, alpha, address_a, lead_a, address_b, lead_b, beta, address_c, lead_c)


def add_multiple(y: np.ndarray, x: np.ndarray, alpha: float = 1.0, beta: float = 1.0) -> None:
    """Compute ``y = alpha * x + beta * y`` in place.

    Parameters
    ----------
    y, x : ndarray of one shape, float32 or float64
    alpha, beta : float
        The two factors.
    """
    if y.shape != x.shape or y.dtype != x.dtype:
        raise ValueError(f"cannot add {x.dtype}{x.shape} to {y.dtype}{y.shape}")
    routine = find("axpy" if beta == 1 else "axpby", y.dtype.char)
    if routine is None or not (x.flags.c_contiguous and y.flags.c_contiguous):
        if beta != 1:
            y *= y.dtype.type(beta)
        y += y.dtype.type(alpha) * x
    elif beta == 1:
        routine(y.size, alpha, address(x), 1, address(y), 1)
    else:
        routine(y.size, alpha, address(x), 1, beta, address(y), 1)


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


def leading(matrix: np.ndarray) -> tuple[int, int]:
    """Return gemm's description of a matrix: stored as it is or transposed, and the distance between its lines."""
    rows, columns = matrix.strides
    if columns == matrix.itemsize:
        return AS_IS, max(rows // matrix.itemsize, matrix.shape[1])
    if rows == matrix.itemsize:
        return TRANSPOSED, max(columns // matrix.itemsize, matrix.shape[0])
    raise ValueError(f"expected a matrix with contiguous rows or columns, got strides {matrix.strides}")


def address(array: np.ndarray) -> int:
    """Return where the array's first number lies."""
    return int(array.__array_interface__["data"][0])


@lru_cache(maxsize=1)
def thread_controls() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """Return OpenBLAS's functions that get and set its number of threads; None for another BLAS."""
    for name in ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads64_", "openblas_{}_num_threads"):
        get, put = getattr(library(), name.format("get"), None), getattr(library(), name.format("set"), None)
        if get is not None and put is not None:
            get.restype, put.argtypes, put.restype = ctypes.c_int, [ctypes.c_int], None
            return get, put
    return None


def threads() -> int:
    """Return how many threads a matrix product uses; 1 where that cannot be asked."""
    controls = thread_controls()
    return controls[0]() if controls else 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Let every matrix product inside run in the thread that asks for it."""
    controls, before = thread_controls(), threads()
    if controls is None or before == 1:
        yield
        return
    controls[1](1)
    try:
        yield
    finally:
        controls[1](before)
