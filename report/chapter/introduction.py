"""What the introduction shows: the data set at hand, and the meaning of every letter in the book's formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlp_core import Dataset, Split
from report.chapter.number import number

NOTATION = (
    ("n", "images in a batch, or of all training images where they are one batch", "1"),
    ("x, X", "an image; a batch, one image per row", "1"),
    ("y, t, T", "true class of an image; 1 at this class and 0 elsewhere (one-hot); the same of a batch in rows", "1"),
    ("K", "number of classes", "2"),
    ("f_k, g_k", "share of class $k$ among the training images; among those of a batch", "1, 2"),
    ("H", "entropy of the shares $f$: the loss of the best constant answer", "2"),
    ("m_k", "mean image of class $k$", "1"),
    (r"W, w, w^*, b", "weights of a layer; one of them, where the loss is smallest; biases of a layer", "1, 2, 7"),
    (r"\theta, |\theta|", "all parameters of a network; their number", "3, 4"),
    (r"n_\text{in}, n_\text{out}", "inputs and outputs of a layer", "2"),
    ("h_1, h_2, F", "units of the first and the second hidden layer; of the only one", "3, 6"),
    ("z, Z", "answers of an affine map to an image, to a batch; those of the last layer are the logits", "1"),
    (r"z_{\max}, \lVert z \rVert_\infty", "the largest of the scores; the largest by absolute value", "1, 4"),
    ("a, A", "answers of a hidden unit, of a hidden layer to a batch", "1"),
    ("p, P, S", r"probabilities of the classes, of a batch in rows; $S = \sum_k e^{z_k}$", "1"),
    (r"\ell, L, L', L_\lambda", "loss of an image; its mean over the images; the derivative of that by a weight, "
     "further ones with more primes; the mean with a penalty", "1, 4, 7"),
    ("M, D_M", "any matrix of the forward pass; the derivatives of $L$ by its entries", "1"),
    ("J", r"Jacobian of the softmax, $\mathrm{diag}(p) - p\,p^\top$", "1"),
    (r"\sigma^2, \mathcal N(0, \sigma^2)", "variance of first weights; the normal distribution with mean 0", "1, 2"),
    (r"\beta", "distance of biases from their optimum", "2"),
    (r"\eta, \alpha, \eta_\text{eff}", "learning rate of a mean gradient; of a summed one; what this comes to", "1, 6"),
    (r"\mu, v", "momentum; velocity of the weights", "5"),
    (r"\lambda, q", "strength of the $L_2$ penalty; probability with which dropout silences a unit", "5"),
    (r"\tau", "temperature by which logits are divided", "6"),
    (r"\epsilon, N", "step of a difference quotient; its inverse, $N^*$ the best one", "1, 4"),
    (r"\nabla^N, \nabla_W", "difference quotient with the step $1/N$; gradient by $W$", "4, 5"),
    (r"R, \Delta, d_k", "a random direction; how far one weight moves; how fast the score $z_k$ moves with it", "1, 4"),
    ("u", "relative rounding error of a number format", "4"),
    ("C, C'", "channels of an image, and of the feature maps that a convolution makes of it", "5"),
    (r"\kappa, s, r, U", "rows of a kernel; its stride; its padding; an unfolded image, one patch per column", "5"),
    (r"i, j, k, c, o, i', j'", "indices", "1, 5"),
    (r"\gamma, \xi", "any number", "1, 2"),
    ("B_m", "answers whose confidence lies in bin number $m$", "6"),
    (r"e, \pi, e_j", r"Euler's number; $3.14\dots$; a vector that is 1 at place $j$ and 0 elsewhere", "1, 6"),
    (r"\delta_{ij}, [\,\cdot\,]", "1 if $i = j$, else 0; 1 where the condition holds, else 0", "1"),
    (r"\odot, \mathbf 1", "product entry by entry; a vector of ones", "1"),
    (r"\langle R,Z \rangle", "sum of the products of corresponding entries", "4"),
    (r"\overline{a^2}, \bar z", "bars: the mean of what is below them", "2"),
    (r"\mathrm E, \mathrm{Var}, \mathrm{Pr}, O", "mean, variance and probability over random draws; order of magnitude",
     "1, 2, 3, 4"),
)
"""Symbols, what they mean, and the chapters that use them first."""


def notation() -> pd.DataFrame:
    """Return the table of all symbols."""
    table = pd.DataFrame(NOTATION, columns=["symbol", "meaning", "from chapter"])
    return table.assign(symbol=[f"${one}$" for one in table["symbol"]]).set_index("symbol")


def split_table(data: Dataset) -> pd.DataFrame:
    """Return what the three splits hold: sizes, classes and pixels."""
    splits = {"training": data.train, "validation": data.valid, "test": data.test}
    return pd.DataFrame({name: _describe(split, len(data.classes)) for name, split in splits.items()}).T


def _describe(split: Split, classes: int) -> dict[str, str]:
    counts = np.bincount(split.labels, minlength=classes)
    return {
        "images": number(len(split.labels)),
        "of the rarest class": number(counts.min()),
        "of the most frequent class": number(counts.max()),
        "mean pixel": number(split.images.mean(dtype=float), ".4f"),
        "pixels that are 0, %": number(100 * (split.images == 0).mean(), ".1f"),
    }
