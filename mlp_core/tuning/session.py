"""One search at work: take from the cache what is there, run the rest, and keep what comes; halve, if asked to.

Successive halving trains all trials for a little while, and only the better ones for longer: Jamieson and Talwalkar,
"Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016. The rungs are synchronous, so
that who goes on depends on neither the number of processes nor the order in which they end.
"""

import math
import tempfile
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mlp_core.extras import need
from mlp_core.progress import progress_class
from mlp_core.splits import Dataset
from mlp_core.tuning.store import CacheWarning, DamagedRecord, Record, TrialStore
from mlp_core.tuning.work import Job, Trial, written
from mlp_core.tuning.workers import LocalPool, run_dask, run_here, run_processes

Engine = Callable[[Iterable[Trial]], Generator[Record]]  # runs trials, and yields their records as they end


@dataclass
class Session:
    """One search's store and engine, and whether to show its progress; `reused` counts the results from the cache."""

    store: TrialStore
    engine: Engine
    progress: bool
    reused: int = 0

    def climb(self, rungs: Sequence[Sequence[Trial]], title: str, factor: int) -> list[tuple[Trial, Record]]:
        """Run all settings on the first rung, one in `factor` on the second, ...; return the last result of each."""
        places, outcome = list(range(len(rungs[0]))), {}
        for number, rung in enumerate(rungs, 1):
            suffix = f", rung {number} of {len(rungs)}, {rung[0].epochs} epochs" if len(rungs) > 1 else ""
            records = self.run([rung[place] for place in places], title + suffix)
            on = set(promoted(records, factor) if number < len(rungs) else records)
            length = f"{rung[0].epochs} of {rungs[-1][0].epochs} epochs"
            stopped = {"status": "stopped", "reason": f"not among the best {len(on)} of {len(records)} after {length}"}
            for place in places:
                trial, record = rung[place], records[rung[place].key]
                if trial.key not in on:
                    self.store.drop_checkpoint(trial.lineage)
                    if record["status"] == "ok":  # what has failed or diverged keeps its reason
                        record = {**record, **stopped}
                outcome[place] = trial, record
            places = [place for place in places if rung[place].key in on]
        return list(outcome.values())

    def run(self, trials: Sequence[Trial], title: str) -> dict[str, Record]:
        """Return the record of every trial, in their order, by its key: from the cache or from now."""
        found = {}
        for trial in trials:
            try:
                if (record := self.store.result(trial.key)) is not None:
                    found[trial.key] = record
            except DamagedRecord as error:
                warnings.warn(f"{error}: the trial runs again", CacheWarning, stacklevel=3)
        self.reused += len(found)
        missing = {trial.key: trial for trial in trials if trial.key not in found}
        if missing:
            kind = progress_class() if self.progress else None
            done = {"initial": len(found), "total": len(found) + len(missing), "unit": "trial", "leave": False}
            bar: Any = kind(desc=title, **done, delay=2) if kind else nullcontext()
            with closing(self.engine(missing.values())) as records, bar:
                found.update(self._collect(records, bar.update if kind else lambda: None))
            self._write_again(found)
        return {trial.key: found[trial.key] for trial in trials}

    def _collect(self, records: Iterator[Record], count: Callable[[], object]) -> Iterator[tuple[str, Record]]:
        """Yield the records with their keys; write those that no worker could, and warn of the first that cannot be."""
        warned = False
        for record in records:
            fault = ""
            if "foreign" in record:
                fault = f"the workers see another function than this process, so {self.store.folder} keeps no results "
                fault += "of it: something it refers to was changed after its import, or differs by process"
            elif "unwritten" in record and "unwritten" in (record := written(self.store, record)):
                fault = f"{self.store.folder} cannot be written: {record['unwritten']}. The search goes on, holds its "
                fault += "results in memory, and tries to write them again at its end"
            if fault and not warned:
                warned = True
                warnings.warn(fault, CacheWarning, stacklevel=5)
            count()
            yield record["key"], record

    def _write_again(self, found: Mapping[str, Record]) -> None:
        """Write once more what is not there: it could not be written, or was removed; warn of what still cannot be."""
        kept = [record for record in found.values() if "foreign" not in record]
        missing = [record for record in kept if not self.store.path(record["key"]).exists()]
        gone = [record for record in missing if "unwritten" not in record]
        if gone:
            fault = f"{len(gone)} finished trials were removed from {self.store.folder} while the search ran"
            warnings.warn(f"{fault}. They are in the table, and are written again", CacheWarning, stacklevel=4)
        store = TrialStore(self.store.folder, sync=self.store.sync)
        lost = [again["unwritten"] for record in missing if "unwritten" in (again := written(store, record))]
        if lost:
            fault = f"{len(lost)} finished trials are in the table, but not in {self.store.folder}: {lost[0]}"
            warnings.warn(f"{fault}. Make room, or the next search repeats them", CacheWarning, stacklevel=4)


def rung_epochs(n: int, epochs: int, factor: int | None) -> list[int]:
    """Return for how many epochs each rung of `n` trials trains, the last one for `epochs`; without a factor, it alone.

    >>> rung_epochs(36, 10, 3)
    [1, 3, 10]
    """
    lengths = [epochs]
    while factor and factor ** len(lengths) <= min(n, epochs):
        lengths.insert(0, epochs // factor ** len(lengths))
    return lengths


def promoted(records: dict[str, Record], factor: int) -> list[str]:
    """Return the keys of the trials that go on: those "ok" that are best by validation accuracy, first of equals."""
    lists = {key: record["history"]["valid_accuracy"] for key, record in records.items() if record["status"] == "ok"}
    scores = {key: float(values[-1]) for key, values in lists.items() if values}
    able = [key for key in scores if scores[key] > -math.inf]  # and no NaN
    ranked = sorted(able, key=lambda key: -scores[key])  # stable: equals keep the order of the space
    return ranked[: max(1, len(records) // factor)]


@contextmanager
def open_store(cache: str | Path | None) -> Iterator[TrialStore]:
    """Open the cache folder, or a temporary one that vanishes with the search."""
    own = partial(tempfile.TemporaryDirectory, prefix="mlp-core-search-", ignore_cleanup_errors=True)
    with own() if cache is None else nullcontext(cache) as folder:
        store = TrialStore(Path(folder).expanduser().absolute(), sync=cache is not None)
        store.make()
        store.sweep()
        yield store


@contextmanager
def open_engine(n_jobs: int, scheduler: Any, job: Job, data: Dataset, trials: int) -> Iterator[Engine]:
    """Open what runs trials: a Dask cluster, this process, or the local ones that `n_jobs` asks for (-1: all cores)."""
    processes = n_jobs if n_jobs > 0 else max(1, need("joblib").cpu_count() + 1 + n_jobs)
    if scheduler:
        yield partial(run_dask, job=job, data=data, scheduler=scheduler)
    elif processes == 1:
        yield partial(run_here, job=job, data=data)
    else:  # for a single trial, too: it could kill its process
        scratch = None if job.sync else job.folder
        with warnings.catch_warnings(), LocalPool(min(processes, trials), scratch) as pool:
            warnings.filterwarnings("ignore", "A worker stopped while", UserWarning)  # to free memory, and is replaced
            yield partial(run_processes, job=job, data=data, pool=pool)
