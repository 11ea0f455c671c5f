import os
import subprocess
import sys

import pytest

import mlp_core


def run(program, **options):
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, **options)
    return result.stdout.strip()


def test_import_loads_numpy_and_the_standard_library_only():
    program = (
        "import sys, mlp_core; print(*{name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names))"
    )
    at_start = set(run("import sys; print(*{name.split('.')[0] for name in sys.modules})").split())
    loaded = {name for name in run(program).split() if not name.lower().startswith(("_cython", "cython"))}
    assert loaded - at_start == {"numpy", "mlp_core"}


def test_a_step_of_training_needs_nothing_else():
    program = (
        "import sys, numpy as np, mlp_core as m\n"
        "m.train_step(m.mlp([4, 3, 2]), m.SGD(0.1), np.ones((2, 4), 'f4'), np.array([0, 1]))\n"
        "print({'scipy', 'pandas', 'matplotlib', 'sklearn', 'joblib'} & set(sys.modules))"
    )
    assert run(program) == "set()"


def test_import_takes_little_beyond_numpy(tmp_path):
    # Processor time: other processes on a busy machine do not count. Compiled, as on a user's second run: the first run
    # fills a cache of byte code, whatever the environment says about writing it beside the sources.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    program = "import time; start = time.process_time(); import mlp_core; print(time.process_time() - start)"
    alone = program.replace("mlp_core", "numpy")
    run(program, env=environment)
    # in turn, so that a machine that becomes busier slows both
    times = [[float(run(p, env=environment)) for p in (program, alone)] for _ in range(5)]
    ours, numpy_alone = map(min, zip(*times, strict=True))
    assert ours < numpy_alone + 0.05


@pytest.mark.parametrize("name", mlp_core.__all__)
def test_every_public_name_is_there(name):
    assert getattr(mlp_core, name) is not None
    assert name in dir(mlp_core)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'transformer'"):
        mlp_core.transformer  # noqa: B018


def test_a_star_import_needs_no_extra():
    program = (
        "import sys\n"
        "for package in ('sklearn', 'joblib', 'pandas', 'matplotlib'): sys.modules[package] = None\n"
        "from mlp_core import *\n"
        "print(mlp([4, 3, 2]).num_parameters, 'MLPClassifier' in dir(), 'search' in dir())"
    )
    assert run(program) == "23 False False"
    assert run("from mlp_core import *; print('MLPClassifier' in dir(), 'search' in dir())") == "True True"
