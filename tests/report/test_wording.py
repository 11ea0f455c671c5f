"""Numbers in sentences are written as a reader would write them."""

import pytest

from report.chapter.wording import scientific


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1.94e-6, 2, r"$1.9 \cdot 10^{-6}$"),
        (9.99e-7, 2, r"$1.0 \cdot 10^{-6}$"),
        (1e-9, 1, "$10^{-9}$"),
        (-1e-9, 1, "$-10^{-9}$"),
        (0.00123, 2, "0.0012"),
        (0.0, 2, "0"),
        (12345.0, 2, "12,000"),
        (2.5e17, 2, r"$2.5 \cdot 10^{17}$"),
        (1.875e-5, None, r"$1.875 \cdot 10^{-5}$"),
        (-2e-5, None, r"$-2 \cdot 10^{-5}$"),
        (0.0, None, "0"),
        (7.5e-3, None, "0.0075"),
        (float("inf"), 2, r"$\infty$"),
        (float("nan"), 2, "not a number"),
    ],
)
def test_a_number_in_a_sentence(value, digits, text):
    assert scientific(value, digits) == text
