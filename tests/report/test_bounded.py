"""A cell that prints without end is interrupted before it fills the memory."""

import asyncio
from types import SimpleNamespace

import nbformat
import pytest

from report.run import bounded
from report.run.supervise import judge


def message(kind, **content):
    return {"msg_type": kind, "header": {"msg_type": kind}, "content": content, "parent_header": {"msg_id": "1"}}


def printed(count):
    return message("stream", name="stdout", text="x" * count)


@pytest.fixture
def client(monkeypatch):
    """A client that may keep ten characters, and counts how often it interrupts its kernel."""
    monkeypatch.setattr(bounded, "MAX_CHARACTERS", 10)
    made = bounded.BoundedClient(SimpleNamespace(nb=nbformat.v4.new_notebook()))
    made.interrupted, made.clear_before_next_output = 0, False

    async def interrupt_kernel():
        made.interrupted += 1

    made.km = SimpleNamespace(interrupt_kernel=interrupt_kernel)
    return made


def kept(client, *messages, cell=0):
    """Return what a cell keeps of its messages."""
    outputs = []

    async def hand_over():
        for one in messages:
            if one["msg_type"] == "clear_output":
                client.clear_output(outputs, one, cell)
            else:
                client.output(outputs, one, None, cell)
        await asyncio.sleep(0)

    asyncio.run(hand_over())
    return outputs


def test_what_there_is_room_for_is_kept(client):
    assert [output.text for output in kept(client, printed(4), printed(6))] == ["x" * 4, "x" * 6]
    assert (client.interrupted, client.overflowed) == (0, set())


def test_a_cell_that_prints_more_is_interrupted_once_and_its_error_kept(client):
    error = message("error", ename="KeyboardInterrupt", evalue="", traceback=[])
    output, last = kept(client, printed(10), printed(1), printed(1), error)
    assert (output.text, last.ename) == ("x" * 10, "KeyboardInterrupt")
    assert (client.interrupted, client.overflowed) == (1, {0})


def test_all_cells_and_all_that_they_show_count(client):
    shown = message("display_data", data={"text/html": "y" * 7, "application/json": {"a": ["zzz"]}}, metadata={})
    assert len(kept(client, shown, cell=0)) == 1
    assert kept(client, printed(1), cell=1) == []
    assert client.overflowed == {1}


def test_what_is_cleared_makes_room(client):
    kept(client, *[printed(9), message("clear_output", wait=False)] * 5)
    assert client.interrupted == 0


def test_an_executed_notebook_that_is_too_large_is_not_called_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("report.run.notebook_form.MAX_BYTES", 10)
    (tmp_path / "01-a.ipynb").write_text("{" + " " * 20 + "}")
    assert "more than 10 bytes" in judge(None, tmp_path / "01-a.ipynb", 0, None)
    assert judge(None, tmp_path / "02-b.ipynb", 0, None) == "no executed notebook was written"
