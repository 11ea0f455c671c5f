"""What a run in full needs."""

from mlp_core import Dataset


def check_data(data: Dataset, *, full: bool) -> None:
    """Raise ValueError, in the parameters' words, for a run in full on other images than the report's."""
    if full and data.name != "mnist":
        raise ValueError(f"full: the report's runs need dataset = 'mnist', got {data.name!r}; or leave full out")
