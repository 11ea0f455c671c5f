import json

import numpy as np
import pandas as pd
import pytest
from report_samples import code, notebook

from report.chapter import results


@pytest.fixture
def shown(monkeypatch):
    """Collect what `publish` displays."""
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: bundles.append(data))
    return bundles


def test_numbers_keep_six_significant_digits(shown):
    results.publish(a=0.123456789, b=np.float32(0.1), c=np.int64(3), d=True, e="text", f=None)
    assert shown[0][results.MIME] == {"a": 0.123457, "b": 0.1, "c": 3, "d": True, "e": "text", "f": None}


def test_arrays_lists_dicts_and_frames_become_plain(shown):
    frame = pd.DataFrame({"name": ["x", "y"], "loss": [1 / 3, np.inf]})
    results.publish(frame=frame, array=np.array([1.0, np.nan]), nested={"a": (1, {"b": 2.0})})
    assert shown[0][results.MIME] == {
        "frame": [{"name": "x", "loss": 0.333333}, {"name": "y", "loss": None}],
        "array": [1.0, None],
        "nested": {"a": [1, {"b": 2.0}]},
    }
    json.dumps(shown[0], allow_nan=False)


def test_missing_values_of_a_frame_are_none(shown):
    results.publish(frame=pd.DataFrame({"n": pd.array([1, None], dtype="Int64"), "s": ["a", None]}))
    assert shown[0][results.MIME]["frame"][1] == {"n": None, "s": None}


def test_the_front_end_shows_the_names_only(shown):
    results.publish(b=1, a=2)
    assert shown[0]["text/plain"] == "published: b, a"


def test_what_json_does_not_know_is_refused_by_name():
    with pytest.raises(TypeError, match=r"a\.b\[1\]: expected numbers.*got object"):
        results.publish(a={"b": [1, object()]})


def publishing(**values):
    output = {"output_type": "display_data", "data": {results.MIME: values}, "metadata": {}}
    return json.dumps(notebook(code("publish", count=1, outputs=(output,))))


def test_results_are_read_back_by_notebook(tmp_path):
    (tmp_path / "02-b.ipynb").write_text(publishing(x=1))
    (tmp_path / "01-a.ipynb").write_text(publishing(y=[2.5]))
    (tmp_path / "03-none.ipynb").write_text(json.dumps(notebook(code("1", count=1))))
    assert results.load(tmp_path) == {"01-a": {"y": [2.5]}, "02-b": {"x": 1}}
    assert list(results.load(tmp_path)) == ["01-a", "02-b"]


def test_a_folder_without_notebooks_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a folder with executed notebooks"):
        results.load(tmp_path)
