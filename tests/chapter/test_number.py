"""One number format for sentences, tables and axes."""

import math

import numpy as np
import pandas as pd
import pytest

from report.chapter.number import in_math, number

SPACE, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (12345, "", "12,345"),
        (1986, "d", "1986"),
        (2.0, "", "2"),
        (0.123456, "", "0.1235"),
        (0.00012, "", "0.00012"),
        (999.96, "", "1,000"),
        (12345.6, "", "12,346"),
        (0.0, "", "0"),
        (-0.5, "", f"{MINUS}0.5"),
        (1.2e-7, "", r"$1.2 \cdot 10^{-7}$"),
        (2.5e17, "", r"$2.5 \cdot 10^{17}$"),
        (1e-5, "", "$10^{-5}$"),
        (-1e-9, "", "$-10^{-9}$"),
        (0.974, ".1%", f"97.4{SPACE}%"),
        (-0.021, "+.1%", f"{MINUS}2.1{SPACE}%"),
        (0.021, "+.1%", f"+2.1{SPACE}%"),
        (-0.0001, ".1%", f"0.0{SPACE}%"),
        (1234.5, ",.1f", "1,234.5"),
        (1.94e-6, ".2g", r"$1.9 \cdot 10^{-6}$"),
        (1796.2, ".2g", "1,800"),
        (-12345, "+.1g", f"{MINUS}10,000"),
        (50_000, "g", "50,000"),
        (0.05, ".1e", r"$5.0 \cdot 10^{-2}$"),
        ("Glorot", "", "Glorot"),
    ],
)
def test_a_number_in_the_house_s_format(value, spec, text):
    assert number(value, spec) == text


@pytest.mark.parametrize("value", [np.float32(0.5), np.array(0.5), np.float64(0.5)])
def test_a_scalar_of_numpy_is_a_number(value):
    assert number(value, ".0%") == f"50{SPACE}%"
    assert number(np.int64(12345)) == "12,345"


@pytest.mark.parametrize("missing", [None, math.nan, np.nan, pd.NA, pd.NaT])
def test_what_is_missing_is_a_dash(missing):
    assert number(missing, ".1%") == number(missing) == "–"


def test_infinity_has_its_sign_whatever_the_format():
    assert [number(value, ".1%") for value in (math.inf, -math.inf)] == ["∞", f"{MINUS}∞"]
    assert number(number(-math.inf), ".1%") == f"{MINUS}∞"
    assert in_math(number(-math.inf)) == r"-\infty"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([1.0, 2.0], r"got a list of 2: pick one, such as \[-1\]"),
        (np.zeros(3), "got a ndarray of 3: pick one"),
        ({"a": 1}, "got a dict of 1: give the one that is meant a name"),
        (pd.DataFrame({"a": [1]}), "got a DataFrame of 1: give"),
        (np.zeros(3).mean, "call it in a line before"),
        (True, "got True: choose words"),
        (np.bool_(False), "got False: choose words"),
        (object(), "got a object: pick a number"),
    ],
)
def test_what_is_no_number_is_refused_with_what_to_do(value, told):
    with pytest.raises(TypeError, match=told):
        number(value)


def test_between_dollar_signs_the_signs_are_those_of_latex():
    assert in_math(-12345) == "-12{,}345"
    assert in_math(0.974, ".1%") == r"97.4\,\%"
    assert in_math(1.2e-7) == r"1.2 \cdot 10^{-7}"
    assert in_math(math.nan) == r"\text{–}"
    assert in_math(r"\alpha, 5 %") == r"\alpha, 5 %"


def test_the_cells_of_a_table_take_it():
    table = pd.DataFrame({"images": [50_000, 5_000]}).map(number)
    assert table["images"].tolist() == ["50,000", "5,000"]
