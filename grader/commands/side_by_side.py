"""The same work on many things, in as many processes as are asked for."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tqdm import tqdm

Result = TypeVar("Result")


def side_by_side(work: Callable[..., Result], asked: Sequence[tuple[Any, ...]], jobs: int, unit: str) -> list[Result]:
    """`work(*one)` for each of `asked`, in their order, with a progress bar. `work` is a function of a module."""
    if jobs == 1 or len(asked) == 1:
        return [work(*one) for one in tqdm(asked, unit=unit)]
    # Fresh processes: a fork of one that has used torch's threads may hang.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(min(jobs, len(asked)), mp_context=context) as pool:
        running = [pool.submit(work, *one) for one in asked]
        for _ in tqdm(concurrent.futures.as_completed(running), total=len(running), unit=unit):
            pass
        return [future.result() for future in running]
