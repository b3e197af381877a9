"""Deliver signals such as Ctrl-C between chunks of steps, never within one."""

from __future__ import annotations

import signal
import threading

# The C functions behind `signal`: without its enumerations a call takes a third of the time.
from _signal import getsignal  # type: ignore[import-not-found]
from _signal import signal as install
from collections.abc import Callable
from types import FrameType
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGALRM", "SIGUSR1")
_SIGNALS = [int(getattr(signal, name)) for name in _NAMES if hasattr(signal, name)]


class unbroken:
    """Context manager that defers signals while the block runs, then calls their handlers.

    Only Python handlers are deferred, such as that of Ctrl-C, or one that a cluster calls at its
    time limit. This is a class because it is entered at each short run, and a generator-based
    context manager would take twice the time.
    """

    __slots__ = ("_handlers", "_held")

    def __enter__(self) -> None:
        self._handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
        self._held: list[tuple[int, FrameType | None]] = []
        if threading.current_thread() is not threading.main_thread():
            return  # handlers run in the main thread only
        for number in _SIGNALS:
            handler = getsignal(number)
            if callable(handler):
                self._handlers[number] = handler
                install(number, self._hold)

    def _hold(self, number: int, frame: FrameType | None) -> None:
        self._held.append((number, frame))

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for number, handler in self._handlers.items():
            install(number, handler)
        for number, frame in self._held:
            self._handlers[number](number, frame)
