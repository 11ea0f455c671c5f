"""Divergence of a convolutional network whose parts run in two threads: noticed, without a warning from either."""

import os
import subprocess
import sys

PROGRAM = """
import warnings
import numpy as np
from mlp_core import SGD, Split, cnn, train
warnings.simplefilter("error")
rng = np.random.default_rng(0)
split = Split(rng.random((32, 784), dtype=np.float32), rng.integers(0, 10, 32))
for rate in (1e10, 3e38):
    network = cnn("ift6135-b", seed=0)
    print(train(network, split, optimizer=SGD(rate), epochs=1, batch_size=16, on_divergence="record").status)
"""


def test_overflow_in_a_helper_thread_is_divergence_and_no_warning():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout.split(), run.stderr) == (["diverged", "diverged"], "")
