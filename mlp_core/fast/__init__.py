"""The same training step as `mlp_core.training.plain_step`, faster; the tests hold it against the layers' own passes.

* Every array is made once for a batch size and used again: the system takes longer to hand out fresh memory than the
  processor to fill it.
* The examples lie on the *last* axis, ``(features, n)``: ``W dYᵀ`` and ``Wᵀ xᵀ`` run through the BLAS up to twice as
  fast as ``dY Wᵀ`` and ``x W``.
* The update is part of the product that makes the gradient, ``W = W - learning_rate * xᵀ dY`` (`blas.add_product`),
  so a gradient array of the size of W is neither written nor read; momentum and Adam pass over W as seldom as they can
  (`blas.add_multiple`).
* Nobody needs the gradient of the images, so it is not computed.
"""
