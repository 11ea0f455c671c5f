"""`mlp_core.tuning.values`: what changes the hash of a function or a value, and what does not."""

import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import types

import numpy as np
import pytest

from mlp_core.tuning.values import Unhashable, value_hash


def make(source, **names):
    """Return the function `f` that a user's text defines."""
    names = {"__name__": "__main__", "np": np, "functools": functools, **names}
    exec(source, names)
    return names["f"]


CHANGES = {
    "a constant": ("def f(): return .1", ".1", ".9"),
    "the type of a constant": ("def f(): return 1", "1", "True"),
    "a float that looks whole": ("def f(): return 1", "1", "1.0"),
    "a sign of zero": ("def f(): return 0.0", "0.0", "-0.0"),
    "a built-in function": ("def f(): return min(1, 2)", "min", "max"),
    "an operator": ("def f(a, b): return a + b", "+", "-"),
    "an attribute": ("def f(a): return a.x", "x", "y"),
    "an argument's name": ("def f(a, b): return a", "b", "c"),
    "a default": ("def f(a=1): return a", "1", "2"),
    "a keyword default": ("def f(*, a=1): return a", "1", "2"),
    "a global": ("K = .1\ndef f(): return K", ".1", ".9"),
    "a NumPy scalar": ("K = np.float32(.1)\ndef f(): return K", ".1", ".9"),
    "a scalar's type": ("K = np.float32(1)\ndef f(): return K", "float32", "float64"),
    "a long array": ("K = np.zeros(5000); K[2500] = 1\ndef f(): return K", "= 1", "= 2"),
    "a global in a comprehension": ("K = .1\ndef f(): return [K for _ in 'a']", ".1", ".9"),
    "a global in a nested function": ("K = 1\ndef f():\n def g(): return K\n return g()", "1", "2"),
    "a global in a lambda in a lambda": ("K = 1\nf = lambda: (lambda: (lambda: K))", "1", "2"),
    "a constant in a nested function": ("def f():\n def g(): return 'a'\n return g()", "'a'", "'b'"),
    "a text in a comprehension": ("def f(): return ['a' for _ in 'x']", "'a'", "'b'"),
    "a global in a class within": ("K = 1\ndef f():\n class C: k = K\n return C", "1", "2"),
    "a function it calls": ("def g(): return 1\ndef f(): return g()", "1", "2"),
    "functions that call each other": ("def g(n): return f(n - 1)\ndef f(n): return n and g(n - 2)", "- 1", "- 3"),
    "a decorated function": (
        "def twice(g):\n @functools.wraps(g)\n def w(): return 2 * g()\n return w\n@twice\ndef f(): return 1", "1", "3",
    ),
    "a decorator": (
        "def twice(g):\n @functools.wraps(g)\n def w(): return 2 * g()\n return w\n@twice\ndef f(): return 1", "2", "3",
    ),
    "a cached function": ("@functools.lru_cache\ndef g(): return 1\ndef f(): return g()", "1", "2"),
    "a closure": ("def o(k):\n def f(): return k\n return f\nf = o(1)", "1", "2"),
    "a method": ("class C:\n def m(self): return 1\ndef f(): return C().m()", "1", "2"),
    "a class attribute": ("class C:\n k = 1\ndef f(): return C.k", "1", "2"),
    "a base class": ("class B:\n k = 1\nclass C(B): pass\ndef f(): return C.k", "1", "2"),
    "a property": ("class C:\n @property\n def p(self): return 1\ndef f(): return C().p", "1", "2"),
    "a static method": ("class C:\n @staticmethod\n def s(): return 1\ndef f(): return C.s()", "1", "2"),
    "an object's attribute": ("class C:\n def __init__(s, k): s.k = k\nc = C(1)\ndef f(): return c.k", "(1)", "(2)"),
    "an object's slot": ("class C:\n __slots__ = 'k'\nc = C()\nc.k = 1\ndef f(): return c.k", "1", "2"),
    "an object that pickle would change": (
        "class C:\n def __getstate__(s): return {}\nc = C()\nc.k = 1\ndef f(): return c.k", "1", "2",
    ),
    "a bound method's object": (
        "class C:\n def __init__(s, k): s.k = k\n def m(s): return s.k\nm = C(1).m\ndef f(): return m()", "(1)", "(2)",
    ),
    "a partial's function": ("g = functools.partial(min, 1)\ndef f(): return g(2)", "min", "max"),
    "a partial's argument": ("g = functools.partial(min, 1)\ndef f(): return g(2)", "1", "3"),
    "a set": ("K = {1, 'a'}\ndef f(): return K", "'a'", "'b'"),
    "an order in a dictionary": ("K = {'a': 1, 'b': 2}\ndef f(): return [*K]", "{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
    "an import within": ("def f():\n from math import sin\n return sin(1)", "sin", "cos"),
    "a default of a nested function": ("K = 1\ndef f():\n def g(a=K): return a\n return g()", "1", "2"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
def test_what_a_function_runs_and_refers_to_counts(case):
    source, old, new = CHANGES[case]
    assert old in source
    assert value_hash(make(source)) == value_hash(make(source))
    assert value_hash(make(source)) != value_hash(make(source.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [("def f(): return 1", "# said\n\ndef f():\n  # more\n  return 1"),
     ("def f():\n 'Say.'\n return 1", "def f():\n 'Say more.'\n return 1"),
     ("def f():\n 'Say.'\n return 1", "def f():\n return 1"),
     ("def f():\n def g():\n  'Say.'\n  return 1\n return g", "def f():\n def g(): return 1\n return g"),
     ("class C:\n 'Say.'\n k = 1\ndef f(): return C", "# said\nclass C:\n k = 1\ndef f(): return C"),
     ("K = 1\ndef f(): return 2", "K = 3\ndef f(): return 2")],
)  # fmt: skip
def test_comments_docstrings_and_what_it_does_not_use_do_not(old, new):
    assert value_hash(make(old)) == value_hash(make(new))


def test_two_lambdas_on_one_line_are_two():
    first, second = (lambda: 0.1), (lambda: 0.9)
    assert value_hash(first) != value_hash(second)


def test_a_module_of_the_user_counts_by_what_it_holds_and_an_installed_one_by_its_name():
    mine = types.ModuleType("mine")
    mine.K, mine.inner = 1, types.ModuleType("mine.inner")
    use = make("def f(): return mine.inner.K + np.pi", mine=mine)
    mine.inner.K = 1
    before = value_hash(use)
    mine.inner.K = 2
    assert value_hash(use) != before
    assert value_hash(make("def f(): return m.pi", m=np)) != value_hash(make("def f(): return m.pi", m=random))


def test_an_import_within_a_function_counts_by_what_the_module_holds(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "constants_of_mine.py").write_text("K = 1\nOTHER = 1")
    use = make("def f():\n from constants_of_mine import K\n return K")
    before = value_hash(use)
    sys.modules["constants_of_mine"].OTHER = 2
    assert value_hash(use) == before
    monkeypatch.setattr(sys.modules["constants_of_mine"], "K", 2)
    assert value_hash(use) != before
    del sys.modules["constants_of_mine"]


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    x: float
    tags: list = dataclasses.field(default_factory=list)

    def __repr__(self):
        return "Point()"


class Words(list):
    pass


def generator(draws):
    rng = np.random.default_rng(0)
    rng.random(draws)
    return rng


PAIRS = [
    (1, True), (1, 1.0), (0.0, -0.0), (float("nan"), 0.0), (b"a", "a"), (None, ...), (10**6000, 10**6001),
    ({1, 2}, {1, 3}), (frozenset("ab"), frozenset("ac")), ((1, 2), [1, 2]), ([1, [2]], [[1], 2]), (range(3), range(4)),
    (pathlib.PurePath("a"), pathlib.PurePath("b")), (Color.RED, Color.BLUE), (Point(1.0), Point(2.0)), (Point, Color),
    (np.zeros(3), np.zeros((3, 1))), (np.zeros(2, "f4"), np.zeros(2, "i4")), (np.float32(1), np.float64(1)),
    (np.array([1, "a"], object), np.array([1, "b"], object)), (np.dtype("f4"), np.dtype("f8")), (np.add, np.multiply),
    (decimal.Decimal("1.0"), decimal.Decimal("1.00")), (re.compile("a"), re.compile("a", re.IGNORECASE)),
    (datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)), (generator(0), generator(1)), (Words([1]), Words([2])),
    (generator(0).normal, generator(0).uniform), (random.Random(1), random.Random(2)), (Words([1]), [1]),
    (collections.OrderedDict(a=1), {"a": 1}), (collections.deque([1]), collections.deque([2])), (np.sort, np.mean),
    (functools.partial(pow, 2), functools.partial(pow, 3)), ("a".join, "b".join), (str.upper, str.lower),
    (types.MappingProxyType({1: 2}), types.MappingProxyType({1: 3})), ("\ud800", "\ud801"), (slice(1), slice(2)),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda value: type(value).__name__)
def test_values_are_told_apart_by_content(first, second):
    assert value_hash(first) != value_hash(second)
    assert value_hash(first) == value_hash(first)


def test_values_that_contain_themselves_have_a_hash():
    loop = [1]
    loop.append(loop)
    assert value_hash(loop) != value_hash([1, [1]])
    deep = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(Unhashable, match="nested too deeply"):
        value_hash(deep)


@pytest.mark.parametrize(
    "value", [threading.Lock(), (item for item in "ab"), sys.stderr.buffer], ids=["lock", "generator", "open file"]
)
def test_what_has_no_content_to_read_is_refused_by_its_name(value):
    with pytest.raises(Unhashable, match=r"^THING: a \w+ \("):
        value_hash(make("def f(): return THING", THING=value))


@pytest.mark.parametrize("call", ["eval('K')", "globals()['K']", "exec('x = K')", "__import__('os')"])
def test_code_that_only_its_text_names_is_refused(call):
    with pytest.raises(Unhashable, match="runs code that only its text names"):
        value_hash(make(f"def f(): return {call}"))


def test_another_process_finds_the_same_hash():
    code = "import test_values as t; print(t.value_hash([t.PAIRS, t.Point, t.generator, {'a', 'b', 'c'}]))"
    path = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    prints = set()
    for seed in "12":
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code]
        prints.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert len(prints) == 1
