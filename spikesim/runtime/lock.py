"""Exclusive access to a network: one thread at a time, and one run at a time."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from types import TracebackType
from typing import Any, TypeVar, cast

from spikesim.errors import SimulationError

_Class = TypeVar("_Class", bound=type)
_Method = TypeVar("_Method", bound=Callable[..., Any])
_PATIENCE_S = 0.01


class NetworkLock:
    """A lock that waits for a short call in another thread, but raises during a run.

    ``with lock:`` acquires the lock. The thread that runs the network may acquire it too, between
    two chunks (blocks of steps run in one call): a signal handler may read and save the network.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._running = False

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._wait()

    def _wait(self) -> None:
        while not self._lock.acquire(timeout=_PATIENCE_S):
            if self._running:
                raise SimulationError(
                    "the network is running in another thread; wait until that run has ended"
                )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Acquire the lock for an operation that is not allowed during a run."""
        with self:
            if self._running:
                raise self._refusal(what)
            yield

    def begin_run(self) -> None:
        """Acquire the lock for a run, until `end_run` is called."""
        self.__enter__()
        if self._running:
            self._lock.release()
            raise self._refusal("run")
        self._running = True

    def end_run(self) -> None:
        """Release the lock at the end of a run."""
        self._running = False
        self._lock.release()

    @staticmethod
    def _refusal(what: str) -> SimulationError:
        return SimulationError(
            f"{what} was called while the network runs, by a callback or the handler of a signal; "
            "it can be read, set and saved from there"
        )


def locked_methods(kind: _Class) -> _Class:
    """Class decorator: each public method acquires the lock of the object's `simulation`."""
    for name, method in list(vars(kind).items()):
        if callable(method) and not name.startswith("_"):
            setattr(kind, name, _locked(method, "simulation.lock"))
    return kind


def locked(method: _Method) -> _Method:
    """Decorator: a method of a network acquires the network's lock."""
    return cast(_Method, _locked(method, "_simulation.lock"))


def _locked(method: Callable[..., Any], where: str) -> Callable[..., Any]:
    lock_of = attrgetter(where)

    @functools.wraps(method)
    def locked(self: Any, *args: Any, **options: Any) -> Any:
        with lock_of(self):
            return method(self, *args, **options)

    return locked
