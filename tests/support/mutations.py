"""Damage to files, and a bound on what reading them may take."""

import gzip
import io
import time
import tracemalloc
import zipfile
from contextlib import contextmanager

import pytest

FEW, MANY = 300, 5_000
COUNTS = [FEW, pytest.param(MANY, marks=pytest.mark.long)]
MOST_MEMORY = 16 << 20  # 1 MiB is usual; what a first reading imports counts, and what other threads ask for
MOST_SECONDS = 2.0
HUGE = [(10**12).to_bytes(8, "big"), (10**12).to_bytes(8, "little"), b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0" * 4,
        b"9" * 12, b"(1000000000000,)"]


def mutate(content, rng):
    """Damage some bytes: cut, flip, overwrite, swap, repeat, remove, or plant a huge number."""
    at, end = sorted(int(place) for place in rng.integers(0, len(content) + 1, 2))
    near = int(rng.integers(0, min(64, len(content))))
    huge = HUGE[rng.integers(len(HUGE))]
    flipped = bytes([content[near] ^ (1 << int(rng.integers(8)))])
    return [
        lambda: content[:at],
        lambda: content[:near] + flipped + content[near + 1:],
        lambda: content[:at] + rng.bytes(3) + content[at + 3:],
        lambda: content[at:end] + content[:at] + content[end:],
        lambda: content[:end] + content[at:],
        lambda: content[:at] + content[end:],
        lambda: content[:near] + huge + content[near + len(huge):],
        lambda: content[:at] + huge + content[at:],
        lambda: rng.bytes(len(content)),
    ][rng.integers(9)]()


def mutate_inside(content, rng):
    """Damage what is compressed, and compress it again, so that no checksum saves the parsers behind it."""
    if content[:2] == b"\x1f\x8b":
        return gzip.compress(mutate(gzip.decompress(content), rng), compresslevel=1)
    if content[:2] != b"PK":
        return mutate(content, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        victim = int(rng.integers(len(old.namelist())))
        for index, name in enumerate(old.namelist()):
            new.writestr(name, mutate(old.read(name), rng) if index == victim else old.read(name))
    return out.getvalue()


@contextmanager
def bounded():
    """Fail where the block takes too much memory or time; memory is counted while tracemalloc runs."""
    tracemalloc.reset_peak()
    before, start = tracemalloc.get_traced_memory()[0], time.process_time()
    try:
        yield
    finally:
        assert tracemalloc.get_traced_memory()[1] - before < MOST_MEMORY
        assert time.process_time() - start < MOST_SECONDS
