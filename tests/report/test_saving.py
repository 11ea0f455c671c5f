"""What JupyterLab saves of a notebook with widgets: pictures instead of them, and nothing of those that have none."""

import copy
import json

from traitlets.config import Config

from report.run.saving import drop_widgets

VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "VBox(children=())"}
PICTURE = {"image/png": "AAAA", "text/plain": "Figure of 1 panel"}


def shown(data):
    return {"output_type": "display_data", "metadata": {}, "data": data}


def model(*outputs, **metadata):
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": "x", "outputs": [*outputs]}
    text = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "x"}
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [text, cell]}
    return {"type": "notebook", "format": "json", "content": content}


def test_a_picture_stands_for_its_widget_and_a_bar_goes():
    stream = {"output_type": "stream", "name": "stdout", "text": "1\n"}
    saved = model(shown(PICTURE | VIEW | {"text/plain": "Figure of 1 panel"}), shown(VIEW), stream, widgets={"a": 1})
    drop_widgets(model=saved, path="a.ipynb", contents_manager=None)
    assert saved == model(shown(PICTURE), stream)


def test_what_has_no_widgets_is_saved_as_it_is():
    for one in (model(shown(PICTURE), kernelspec={}), {"type": "file", "content": "text"}, {"type": "directory"}):
        saved = copy.deepcopy(one)
        drop_widgets(model=saved, path="a", contents_manager=None)
        assert saved == one


def test_jupyters_server_takes_it_by_its_name(tmp_path):
    from jupyter_server.services.contents.largefilemanager import LargeFileManager

    name = "report.run.saving.drop_widgets"
    manager = LargeFileManager(root_dir=str(tmp_path), config=Config({"ContentsManager": {"pre_save_hook": name}}))
    manager.save(model(shown(PICTURE | VIEW)), "a.ipynb")
    assert "jupyter.widget" not in (tmp_path / "a.ipynb").read_text(encoding="utf-8")
    assert "AAAA" in json.dumps(json.loads((tmp_path / "a.ipynb").read_text(encoding="utf-8")))
