"""What nbval itself lacks: it counts cells as JupyterLab does not, and does not notice that a kernel died."""

import time
from collections.abc import Iterator
from queue import Empty
from typing import Any

import pytest
from kernel_nursery import Nursery

from report.run.saving import without_widgets

POLL = 1.0
"""Seconds between two looks at whether a kernel is alive."""


def adapt_cells() -> None:
    """Let nbval name a cell by its position from 1 among all cells, as messages do, and leave out saved widgets."""
    from nbval.plugin import IPyNbCell, IPyNbFile

    collect = IPyNbFile.collect

    def recount(self: Any) -> Iterator[pytest.Item]:
        for item in collect(self):
            item.cell.outputs = without_widgets(item.cell.outputs)
            position = 1 + next(index for index, cell in enumerate(self.nb.cells) if cell is item.cell)
            named = {"name": f"Cell {position}", "cell_num": position}
            yield IPyNbCell.from_parent(self, cell=item.cell, options=item.options, **named)

    IPyNbFile.collect = recount


def fork_kernels() -> Nursery:
    """Let kernels share their imports; return where they come from, to be closed at the end."""
    from jupyter_client.provisioning import local_provisioner

    nursery = Nursery()
    local_provisioner.launch_kernel = nursery.launch
    return nursery


def watch_kernels() -> None:
    """Let nbval notice a dead kernel at once; by itself it waits for the timeout of the cell."""
    from nbval.kernel import RunningKernel

    RunningKernel.await_reply = _await_reply


def _await_reply(self: Any, msg_id: str, timeout: float | None = None) -> None:
    """Wait for the reply to a message, as nbval does, but look every second whether the kernel still lives."""
    deadline = float("inf") if timeout is None else time.monotonic() + timeout
    while True:
        try:
            message = self.get_message(stream="shell", timeout=max(0.0, min(POLL, deadline - time.monotonic())))
        except Empty:
            if not self.is_alive():
                raise RuntimeError("the kernel died (killed, or out of memory)") from None
            if time.monotonic() >= deadline:
                raise
            continue
        if message["parent_header"].get("msg_id") == msg_id:
            if message["content"]["status"] == "aborted":
                raise RuntimeError("the kernel aborted the execution")
            return
