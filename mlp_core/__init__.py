"""Multilayer perceptrons and CNNs in NumPy: forward, backward, training, gradient checks and search."""
