"""The settings of report ift6135-c as its runs have them, each with where it comes from."""

SETTINGS = {
    "data": "50,000 training, 10,000 validation, 10,000 test images of MNIST (inferred: only the first 50,000 labels give "
    "the zeros; accuracies are multiples of 1/50,000 and 1/10,000)",
    "starts: weights": "zeros, N(0, 1), Glorot uniform; biases zero (stated)",
    "starts: epochs": "10 (stated)",
    "starts: rate, batch, order, loss": "0.0007, 64, file order, at the end of each epoch (inferred: the zeros column, by "
    "ten output biases; assumed for the other two)",
    "starts: hidden units": "784-256 and others, ReLU (sizes assumed; ReLU stated of the zeros)",
    "grid: hidden units, activations, rates": "784-256, 512-384, 666-333, 666-666; ReLU, sigmoid, tanh; 0.05, 0.01, 0.005 "
    "(stated)",
    "grid: batch, epochs, weights": "64, 10, Glorot uniform (stated)",
    "grid: seed": "500 and two more (500 stated; its generator is not, so that the weights are others)",
    "grid: optimizer, pixels": "plain SGD without momentum, pixels in [0, 1] (inferred: three rows, if they fit and others "
    "do not)",
    "grid: order": "file order (inferred: that of the zeros column)",
    "grid: accuracies": "on all images after the last epoch (inferred: with the settings)",
    "gradient check": "784-666-333-10, Glorot, not trained, the first image (all assumed)",
    "CNN: layers": "conv 16, 32, 64, 128, 256, max-pooling, dense 100, dense 10; 10 epochs (stated); ReLU (assumed)",
    "CNN: optimizer": "SGD, rate 0.003, momentum 0.9, batch 256, shuffled (assumed)",
    "CNN: pixels, weights": "in [−1, 1], Glorot uniform (assumed)",
    "CNN: strength of L2": "0.01 on weights (assumed)",
    "MLP beside the CNN": "666-333, ReLU, as the CNN (assumed)",
}
