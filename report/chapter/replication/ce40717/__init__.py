"""Report ce40717, run again: a penalty whose sign is wrong, chosen by four folds, and two networks by full batches.

The attributes are those of `report.chapter.replication.record.Report`.
"""

from report.chapter.replication.ce40717.claims import checked
from report.chapter.replication.ce40717.comparison import LABEL, ours
from report.chapter.replication.ce40717.showing import drawn
from report.chapter.replication.ce40717.training import SEEDS, experiments

__all__ = ["LABEL", "REASONS", "SEEDS", "SETTINGS", "checked", "drawn", "experiments", "ours"]

REASONS: dict[str, str] = {}

SETTINGS = {
    "data": "MNIST, pixels divided by 255, 60,000 training images in file order (stated): our 50,000 training and "
    "10,000 validation images, joined in this order; 10,000 test images",
    "networks": "784-64-10 and 784-128-64-10, ReLU (stated)",
    "start": "weights and biases N(0, 1/outputs of the layer) (stated); seeds (assumed)",
    "softmax": "the maximum of the whole batch subtracted (stated; here that of 2,500 images, which gives the same)",
    "loss": "mean of -log(p + 1e-10), without the penalty, before the update (stated)",
    "update": "full batch, mean gradient of weights, that of biases summed over the units of a layer, too (stated)",
    "penalty": "w + rate lambda w: its sign is wrong; biases too (stated)",
    "folds": "4 contiguous folds, rate 0.05, 200 updates, lambda 0.1, 0.01, 0.001, 0.0001, new weights each (stated)",
    "first network": "rate 0.05, 300 updates (stated), lambda 0.001 (inferred: the cross-validation's answer)",
    "improved network": "rate 0.6, 500 updates, lambda 0.001 (stated)",
    "precision": "float32 (ours; the report's is float64, and the digits compared are far coarser)",
}
