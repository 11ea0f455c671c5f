"""Downloads that leave a complete, checked file or none: mirrors in turn, limits on size and time."""

import multiprocessing
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import IO

import requests
import urllib3
from tqdm import tqdm

from mlp_core.progress import progress_class
from mlp_core.storage.files import DatasetError, atomic_write

CHUNK = 1 << 16
GRACE = 1.0  # seconds that a transfer may take to notice that it is too late
TEXTS: dict[tuple[type[Exception], ...], str] = {
    (TimeoutError, multiprocessing.TimeoutError): "not complete after {0.total:g} s",
    (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError): "nothing came for {0.stall:g} s",
    (requests.ConnectTimeout,): "no connection within {0.connect:g} s",
    (requests.ConnectionError,): "no connection",
}


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds: for a connection, for more data, for one file, and for another process."""

    connect: float = 10.0
    stall: float = 20.0
    total: float = 900.0
    lock: float = 3600.0


PATIENT = Patience()


def download(urls: list[str], target: Path, *, check: Callable[[Path], object], limit: int,
             patience: Patience = PATIENT) -> str:
    """Write `target`, whole or not at all, from the first of `urls` that gives what `check` accepts; return that URL.

    `check`, given a temporary file of at most `limit` bytes, raises `DatasetError` if it is not what it should be. If
    all fail, `DatasetError` says why, one line per URL.
    """
    faults = []
    for url in urls:
        try:
            with atomic_write(target) as file, ThreadPool(1) as pool:
                # headers that drip escape the libraries' limits; the thread left behind ends with the next byte
                pool.apply_async(_transfer, (url, file, limit, patience)).get(patience.total + GRACE)
                file.flush()
                check(Path(file.name))
            return url
        except Exception as error:  # what a server can provoke in the libraries has no common base
            faults.append(f"{url}: {_reason(error, patience).split('.part: ')[-1]}")
    raise DatasetError("\n".join(faults))


def _transfer(url: str, file: IO[bytes], limit: int, patience: Patience) -> None:
    """Write what `url` answers to `file`, with a progress bar, and give up beyond the limits of size and time."""
    deadline = time.monotonic() + patience.total
    session = requests.Session()
    session.max_redirects = 5
    session.headers["Accept-Encoding"] = "identity"  # the file as it is stored, .gz or not
    with session, ExitStack() as opened:
        # every answer is closed, also that of a redirect to nowhere
        session.hooks["response"].append(lambda response, **_: opened.enter_context(response))
        response = session.get(url, stream=True, timeout=(patience.connect, patience.stall))
        response.raise_for_status()
        declared = response.headers.get("Content-Length", "")
        length = int(declared) if declared.isdecimal() else None  # urllib3 raises where fewer bytes come
        kind, name = progress_class() or partial(tqdm, disable=True), Path(file.name).name.split(".")[1]
        with kind(desc=name, total=length, unit="B", unit_scale=True, delay=2) as bar:
            # read1 returns what has come, so that a server that drips cannot hold the clock
            while chunk := response.raw.read1(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
                if file.tell() > limit:
                    raise DatasetError(f"more than the {limit:,} bytes that it can have")
                if time.monotonic() > deadline:
                    raise TimeoutError


def _reason(error: Exception, patience: Patience) -> str:
    """Return one line about a failure, without the inner workings of the network libraries."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP status {error.response.status_code}"
    for kinds, text in TEXTS.items():
        if isinstance(error, kinds):
            return text.format(patience)
    if isinstance(error, (DatasetError, OSError)) and not isinstance(error, requests.RequestException):
        return str(error)
    return f"{type(error).__name__}: {error}"[:200]
