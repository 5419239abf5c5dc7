"""Which engine a run uses: the highest level that the machine allows, and none below it unless somebody says so."""

from __future__ import annotations

from contextlib import AbstractContextManager

from grader.engine.errors import EngineError
from grader.engine.interface import Engine, Level
from grader.engine.probe_level import available_level


def choose_engine(isolation: Level | None = None) -> AbstractContextManager[Engine]:
    """An engine of the level `isolation`, of the highest possible one when None. Raises EngineError with what to do.

    The plain engine is given only to those who ask for "none".
    """
    if isolation == "none":
        from grader.engine.plain import PlainEngine

        return PlainEngine()
    found = available_level()
    if found.level == "none":
        raise EngineError(
            f"this machine cannot isolate students' code ({found.reason}). Grade on Linux, or say --isolation none "
            "to run it in plain kernels, which you should do only for people whom you trust"
        )
    from grader.engine.warm import WarmEngine

    return WarmEngine(isolation)
