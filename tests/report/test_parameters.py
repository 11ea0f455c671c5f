import pytest
from report_samples import code, notebook

from report.conversion import Parameter, convert
from report.errors import ConfigError, NotebookError
from report.parameters import declared, resolve


def cell(source):
    return notebook(code(source, "parameters"))


def parameter(annotation, name="value"):
    return Parameter(name, annotation, None, "")


def test_lines_are_read_with_type_default_and_meaning():
    found = declared(cell("epochs: int = 3  # passes over the data\nrates: list[float] = [0.1, 0.01]  # steps"), "nb")
    assert found["epochs"] == Parameter("epochs", "int", 3, "passes over the data")
    assert found["rates"].default == [0.1, 0.01]
    assert list(found) == ["epochs", "rates"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("epochs = 3", "expected `name: type = value"),
        ("import os", "expected `name: type = value"),
        ("epochs: int", "expected `name: type = value"),
        ("epochs: int = len('abc')", "expected a plain value"),
        ("epochs: int = 'three'", "expects int, got 'three'"),
        ("epochs: int = 0", "must be at least 1, got 0"),
        ("hidden: list[int] = (1, 2)", r"write its value as \[1, 2\]"),
        ("epochs: Number = 3", "'Number' is not one of"),
        ("epochs: int = ", "is not Python"),
    ],
)
def test_a_line_of_another_form_is_refused_with_its_number(source, message):
    with pytest.raises(NotebookError, match=rf"^nb: line 2 of the parameters cell.*{message}"):
        declared(cell(f"seed: int = 1  # fine\n{source}"), "nb")


@pytest.mark.parametrize("cells", [[], [code("a: int = 1", "parameters")] * 2])
def test_there_is_exactly_one_parameters_cell(cells):
    with pytest.raises(NotebookError, match=f"expected one code cell tagged `parameters`, found {len(cells)}"):
        declared(notebook(*cells), "nb")


@pytest.mark.parametrize(
    ("annotation", "given", "taken"),
    [
        ("int", 3, 3),
        ("int", 10.0, 10),
        ("int", "1e3", 1000),
        ("int", 2**60 + 1, 2**60 + 1),
        ("float", "1e-3", 0.001),
        ("float", 2, 2.0),
        ("bool", True, True),
        ("str", "yes", "yes"),
        ("list[int]", (1, 2), [1, 2]),
        ("list[int]", "(512, 768)", [512, 768]),
        ("list[float]", ["1e-3", 1], [0.001, 1.0]),
        ("list[list[int]]", [(1, 2), [3]], [[1, 2], [3]]),
        ("list", [1, "a"], [1, "a"]),
        ("dict[str, float]", {"a": "1e-1"}, {"a": 0.1}),
        ("int | None", None, None),
        ("int | None", 4, 4),
        ("str | list[str]", ["a"], ["a"]),
        ("Literal['relu', 'tanh']", "tanh", "tanh"),
    ],
)
def test_a_value_is_taken_for_what_it_plainly_means(annotation, given, taken):
    converted = convert(parameter(annotation), given)
    assert converted == taken
    assert type(converted) is type(taken)


@pytest.mark.parametrize(
    ("annotation", "given"),
    [
        ("int", 2.5),
        ("int", "many"),
        ("int", True),
        ("int", None),
        ("int", [1]),
        ("float", "fast"),
        ("float", float("nan")),
        ("float", "inf"),
        ("float", False),
        ("bool", 1),
        ("bool", "true"),
        ("str", 5),
        ("list[int]", 3),
        ("list[int]", "1, 2"),
        ("list[int]", "(__import__('os').getcwd(),)"),
        ("list[int]", ["a"]),
        ("dict[str, int]", [1]),
        ("int | None", "x"),
        ("Literal['relu', 'tanh']", "sigmoid"),
        ("Literal[1]", True),
    ],
)
def test_a_value_of_another_type_is_refused_with_expected_and_actual(annotation, given):
    with pytest.raises(ConfigError) as caught:
        convert(parameter(annotation), given)
    assert f"expects {annotation}, got {given!r} ({type(given).__name__})" in str(caught.value)


@pytest.mark.parametrize(
    ("annotation", "given"), [("int", 2**63), ("int", 1e30), ("list[int]", [-(10**400)]), ("float", 10**400)]
)
def test_a_number_that_no_array_can_hold_is_said_to_be_too_large(annotation, given):
    with pytest.raises(ConfigError, match="too large a number"):
        convert(parameter(annotation), given)
    assert convert(parameter("int | float"), 1e30) == 1e30


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("epochs", 1, 0),
        ("cnn_epochs", 5, -1),
        ("batch_size", 1, 0),
        ("seed", 0, -1),
        ("seeds", [0, 1], [0, 2**32]),
        ("learning_rate", 1e-9, 0.0),
        ("learning_rates", [0.1], [0.1, -0.1]),
        ("weight_decay", 0.0, -1e-9),
        ("momentum", 0.99, 1.0),
        ("dropout", 0.0, -0.1),
        ("hidden", [[8, 8]], [[8, 0]]),
        ("temperature", -1.0, None),
    ],
)
def test_numbers_keep_the_range_that_their_name_implies(name, good, bad):
    kind = parameter("list", name) if isinstance(good, list) else parameter(type(good).__name__, name)
    assert convert(kind, good) == good
    if bad is not None:
        with pytest.raises(ConfigError, match=f"parameter {name} must be"):
            convert(kind, bad)


def test_given_values_replace_the_notebooks_own():
    parameters = declared(cell("a: int = 1  # a\nb: float = 2.0  # b"), "nb")
    assert resolve(parameters, {"b": 3}, "nb") == {"a": 1, "b": 3.0}


@pytest.mark.parametrize("name", ["epoch", "epochs = 3; import os", "__import__('os')", ""])
def test_a_name_that_is_not_declared_is_refused_with_a_near_one(name):
    parameters = declared(cell("epochs: int = 1  # e\nseed: int = 1  # s"), "nb")
    with pytest.raises(ConfigError, match="nb has no parameter .*; allowed: epochs, seed"):
        resolve(parameters, {name: 3}, "nb")
    with pytest.raises(ConfigError, match=r"did you mean epochs\?"):
        resolve(parameters, {"epoch": 3}, "nb")
