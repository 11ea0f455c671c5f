"""Downloads that leave a complete, checked file or none: mirrors in turn, limits on size and time."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import requests
import urllib3
from tqdm.auto import tqdm

from mlp_core.storage.files import DatasetError

CHUNK = 1 << 16
GRACE = 1.0  # seconds that a transfer may take to notice that it is too late
MOST_REDIRECTS = 5
MOST_DIGITS = 19  # of a length in bytes


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
    all fail, `DatasetError` says why, one line a URL.
    """
    faults = []
    for url in urls:
        temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            _within(patience, partial(_transfer, url, temporary, limit, patience))
            check(temporary)
            os.replace(temporary, target)
            return url
        except Exception as error:  # what a server can provoke in the libraries has no common base
            faults.append(f"{url}: {_reason(error, patience).removeprefix(f'{temporary}: ')}")
        finally:
            temporary.unlink(missing_ok=True)
    raise DatasetError("\n".join(faults))


def _within(patience: Patience, transfer: Callable[[], None]) -> None:
    """Transfer, but wait no longer than `patience.total`: headers that drip escape the libraries' limits.

    The thread left behind writes to a file that has been removed, and ends with the next byte or with the process.
    """
    faults: list[Exception] = []

    def run() -> None:
        try:
            transfer()
        except Exception as error:
            faults.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(patience.total + GRACE)
    if thread.is_alive():
        raise TimeoutError
    if faults:
        raise faults[0]


def _transfer(url: str, target: Path, limit: int, patience: Patience) -> None:
    """Write what `url` answers to `target`, with a progress bar, and give up beyond the limits of size and time."""
    deadline = time.monotonic() + patience.total
    session = requests.Session()
    session.max_redirects = MOST_REDIRECTS
    session.headers["Accept-Encoding"] = "identity"  # the file as it is stored, .gz or not
    with session, target.open("wb") as file, ExitStack() as opened:
        # every answer is closed, also that of a redirect to nowhere
        session.hooks["response"].append(lambda response, **_: opened.enter_context(response))
        response = session.get(url, stream=True, timeout=(patience.connect, patience.stall))
        response.raise_for_status()
        declared = response.headers.get("Content-Length", "")
        length = int(declared) if declared.isdecimal() and len(declared) < MOST_DIGITS else None
        with tqdm(desc=target.name.split(".")[1], total=length, unit="B", unit_scale=True, delay=2) as bar:
            # read1 returns what has come, so that a server that drips cannot hold the clock
            while chunk := response.raw.read1(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
                if file.tell() > limit:
                    raise DatasetError(f"more than the {limit:,} bytes that it can have")
                if time.monotonic() > deadline:
                    raise TimeoutError
        if length is not None and file.tell() != length:
            raise DatasetError(f"ended after {file.tell():,} of {length:,} bytes")


def _reason(error: Exception, patience: Patience) -> str:
    """Return one line about a failure, without the inner workings of the network libraries."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP status {error.response.status_code}"
    if isinstance(error, TimeoutError):
        return f"not complete after {patience.total:g} s"
    if isinstance(error, (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError)):
        return f"nothing came for {patience.stall:g} s"
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {patience.connect:g} s"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, (DatasetError, OSError)) and not isinstance(error, requests.RequestException):
        return str(error)
    return f"{type(error).__name__}: {error}"[:200]
