"""A hash of Python values by what they are, functions and classes included; the same in any process.

Code counts as it runs, without comments, docstrings and line numbers, and with all that it finds outside itself, by
value. What is installed is known by its name and version, other objects by what pickle would store of them.
"""

import builtins
import copyreg
import dis
import functools
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp_core.storage.hashes import digest
from mlp_core.tuning.installed import is_installed, public_name, version

ATOMS = (type(None), bool, int, float, complex, str, bytes, bytearray, type(...), type(NotImplemented), range)
PLAIN = (list, dict, set, frozenset, np.ndarray, slice)  # known by content alone; other objects also by identity
BLIND = (eval, exec, globals, __import__, builtins.compile)  # whoever calls them refers to what no hash can see
HEAP_TYPE = 1 << 9  # a class that is made at run time
HAS_DOCSTRING = 0x4000000
ABOUT_TEXT = ("__doc__", "__firstlineno__")  # what a class body stores about its own source
INCIDENTAL = {*ABOUT_TEXT, "__module__", "__dict__", "__weakref__", "__annotations__", "__annotate_func__",
              "__annotations_cache__", "__static_attributes__", "__slotnames__", "_abc_impl"}  # fmt: skip

PARTS: dict[type, Callable[[Any], Iterable[Any]]] = {
    list: list,
    dict: lambda value: [part for item in value.items() for part in item],
    types.MappingProxyType: lambda value: (dict(value),),
    np.ndarray: lambda value: (value.dtype, value.shape, value.tolist() if value.dtype.hasobject else value.tobytes()),
    types.MethodType: lambda value: (value.__func__, value.__self__),
    types.BuiltinFunctionType: lambda value: (value.__qualname__, value.__self__),
    staticmethod: lambda value: (value.__func__,),
    classmethod: lambda value: (value.__func__,),
    property: lambda value: (value.fget, value.fset, value.fdel),
    functools.cached_property: lambda value: (value.func,),
    type(functools.lru_cache(len)): lambda value: (value.__wrapped__, value.cache_parameters()),
}


class Unhashable(TypeError):
    """A value, or something that it refers to, cannot be told from another of its kind."""


def value_hash(value: Any) -> str:
    """Return a hash of a value that another process, or another version of NumPy's printing, does not change.

    `Unhashable` where something in it has no content to read, such as a lock or an open file, or runs code from text.

    >>> value_hash(lambda x: x + 1) == value_hash(lambda x: x + 1) != value_hash(lambda x: x + 1.0)
    True
    """
    try:
        return _Hasher({}).of(value)
    except RecursionError:
        raise Unhashable(f"a {type(value).__qualname__} that is nested too deeply") from None


@dataclass
class _Hasher:
    """Hashes one value; `seen` numbers the objects it has met, and holds them so that no other one gets their ids."""

    seen: dict[int, tuple[int, Any]]

    def of(self, value: Any) -> str:
        kind = type(value)
        if kind in ATOMS:
            return digest(kind.__name__, hex(value) if kind is int else repr(value))
        if kind is tuple:
            return digest("tuple", *map(self.of, value))
        if isinstance(value, np.generic) and not value.dtype.hasobject:
            return digest(value.dtype.str, value.tobytes())
        if id(value) in self.seen:
            return digest("seen", str(self.seen[id(value)][0]))
        self.seen[id(value)] = (len(self.seen), value)
        result = digest(kind.__qualname__, *self.parts(value))
        if kind in PLAIN:
            del self.seen[id(value)]
        return result

    def parts(self, value: Any) -> Iterable[str]:
        """Return the hashes of what a value consists of."""
        kind = type(value)
        if (name := public_name(value)) is not None:
            if any(value is blind for blind in BLIND):
                raise Unhashable(f"{name} runs code that only its text names")
            return [name]
        if kind in PARTS:
            return map(self.of, PARTS[kind](value))
        methods: dict[type, Callable[[Any], Iterable[str]]] = {
            types.ModuleType: self.module, type: self.of_class, types.FunctionType: self.function,
            types.CodeType: self.code}
        return next((method for base, method in methods.items() if isinstance(value, base)), self.instance)(value)

    def named(self, values: Mapping[str, Any]) -> Iterator[str]:
        """Yield names and the hashes of their values; an error says under which name it lies."""
        for name in sorted(values):
            try:
                yield from (name, self.of(values[name]))
            except Unhashable as error:
                raise Unhashable(f"{name}: {error}") from None

    def module(self, value: types.ModuleType) -> Iterator[str]:
        if not (getattr(value, "__file__", None) or ".py").endswith(".py"):
            raise Unhashable(f"module {value.__name__} is compiled")
        yield value.__name__
        yield from self.named({name: item for name, item in vars(value).items() if not name.startswith("__")})

    def of_class(self, value: type) -> Iterator[str]:
        """Yield what makes a class: bases, metaclass and attributes; of a built-in one its name."""
        yield value.__qualname__
        if value.__flags__ & HEAP_TYPE:
            yield from map(self.of, (*value.__bases__, type(value)))
            yield from self.named({name: item for name, item in vars(value).items() if name not in INCIDENTAL})

    def function(self, value: types.FunctionType) -> Iterator[str]:
        """Yield what a function does: its code, its defaults, its attributes, and what it finds outside itself."""
        scope, closure = value.__globals__, zip(value.__code__.co_freevars, value.__closure__ or (), strict=True)
        yield from map(self.of, (value.__code__, value.__defaults__, value.__kwdefaults__))
        yield from self.named({name: _content(cell) for name, cell in closure})
        yield from self.named(vars(value))
        if is_installed(str(scope.get("__name__"))):
            yield version(scope["__name__"])
            return
        steps = (step for code in _nested(value.__code__) for step in dis.get_instructions(code))
        names = {step.argval for step in steps if "GLOBAL" in step.opname or step.opname == "LOAD_NAME"}
        yield from self.named({name: item for name, item in {**vars(builtins), **scope}.items() if name in names})
        for found in _imports(value.__code__):
            yield from map(self.of, _import(scope, *found))

    def code(self, value: types.CodeType) -> Iterator[str]:
        counts = (value.co_argcount, value.co_posonlyargcount, value.co_kwonlyargcount)
        arguments = value.co_varnames[: value.co_argcount + value.co_kwonlyargcount]
        yield self.of((counts, arguments, value.co_flags & ~HAS_DOCSTRING, value.co_exceptiontable))
        steps = [*dis.get_instructions(value)]
        text = {place for place, step in enumerate(steps) if step.opname == "STORE_NAME" and step.argval in ABOUT_TEXT}
        for place, step in enumerate(steps):
            if text.isdisjoint((place, place + 1)):  # a class's docstring or line number: loaded, then stored
                yield self.of((step.opname, step.argval))

    def instance(self, value: Any) -> Iterator[str]:
        """Yield what pickle would store of an object, and all attributes of one whose class is the user's."""
        kind = type(value)
        reduce = copyreg.dispatch_table.get(kind)
        try:
            reduced = reduce(value) if reduce else value.__reduce_ex__(4)
            own = None if is_installed(kind.__module__) else object.__getstate__(value)  # type: ignore[attr-defined]
        except Exception as error:
            raise Unhashable(f"a {kind.__qualname__} ({error})") from None
        parts = (reduced,) if isinstance(reduced, str) else reduced
        yield from map(self.of, (kind, own))
        if isinstance(value, (set, frozenset)):
            yield from sorted(_Hasher(dict(self.seen)).of(item) for item in value)  # in an order of content
        else:
            yield from (self.of(list(part) if isinstance(part, Iterator) else part) for part in parts)


def _content(cell: Any) -> Any:
    """Return what a variable of an enclosing function holds; an ellipsis where it has no value yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return ...


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _nested(inner)


def _imports(code: types.CodeType) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Yield the imports within code: the module, the names taken from it, and the number of leading dots."""
    for inner in _nested(code):
        steps = [*dis.get_instructions(inner)]
        for level, names, step in zip(steps, steps[1:], steps[2:], strict=False):
            if step.opname == "IMPORT_NAME":
                yield step.argval, names.argval or (), level.argval


def _import(scope: dict[str, Any], name: str, names: tuple[str, ...], level: int) -> Iterator[Any]:
    """Yield what an import within a function brings; the name and version where it is installed."""
    if not level and is_installed(name):
        yield (name, *names, version(name))
        return
    try:
        module = __import__(name, scope, None, names, level)
        yield from (getattr(module, item) for item in names) if names and names != ("*",) else (module,)
    except (ImportError, AttributeError) as error:
        raise Unhashable(f"import {name} ({error})") from None
