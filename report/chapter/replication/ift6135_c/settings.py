"""The settings of report ift6135-c as its runs have them, each with where it comes from."""

SETTINGS = {
    "data": "MNIST, 50,000 training, 10,000 validation, 10,000 test images (inferred: the zeros need the first 50,000 "
    "labels, accuracies are multiples of 1/50,000 and 1/10,000)",
    "starts: weights, epochs": "zeros, N(0, 1), Glorot uniform, biases zero; 10 epochs (stated)",
    "starts: rate, batch, order": "0.0007, 64, file order, loss at each epoch's end (inferred: the zeros column, by "
    "ten biases alone; assumed for the other two)",
    "starts: hidden units": "784-256, 512-384, 666-666, 64-32 (assumed), ReLU (stated of the zeros)",
    "grid": "hidden units 784-256, 512-384, 666-333, 666-666; ReLU, sigmoid, tanh; rates 0.05, 0.01, 0.005; batch 64; "
    "10 epochs; Glorot uniform (stated)",
    "grid: seed": "500, and 501 and 502 for ReLU at rate 0.05 (500 stated, its generator not: other weights)",
    "grid: optimizer, pixels": "SGD without momentum, pixels in [0, 1] (inferred: three rows fit, and with "
    "momentum 0.9, pixels in [−1, 1] or standardized pixels they do not)",
    "grid: order, measured": "file order (as in the zeros column; shuffled fits as well), on all images after the last "
    "epoch (inferred: with the optimizer)",
    "gradient check": "784-666-333-10, Glorot uniform, not trained, first image (assumed)",
    "CNN: layers, epochs": "convolutions of 16, 32, 64, 128, 256 kernels, max-pooling, dense 100 and 10; 10 epochs "
    "(stated); ReLU after each layer (assumed)",
    "CNN: optimizer": "SGD, rate 0.003, momentum 0.9, batch 256, shuffled (assumed)",
    "CNN: pixels, weights": "in [−1, 1], Glorot uniform (assumed)",
    "CNN: strength of L2": "0.01, on weights alone (assumed)",
    "MLP beside the CNN": "666-333, ReLU, all else as the CNN (assumed)",
}
