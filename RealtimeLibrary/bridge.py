"""The event loop in a thread of its own, and the ways into it from Robot's thread.

Robot runs keywords in the main thread and interrupts them there: with a signal for its timeouts and for Ctrl-C, on
Windows with an exception set from another thread. So the main thread never blocks for longer than `SLICE`, and whatever
ends a keyword cancels its coroutine.
"""

import asyncio
import concurrent.futures
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, ParamSpec, TypeVar

from RealtimeLibrary.core.waiting import PENDING, Expectation

T = TypeVar("T")
P = ParamSpec("P")

SLICE: Final = 0.1
"""Longest uninterruptible stretch on Robot's thread, in seconds."""

SWITCH_INTERVAL: Final = 0.0005
"""Interpreter's switch interval while the loop runs, in seconds.

Python's default of 5 ms lets a busy main thread make every arrival time that much too late.
"""

STOP_TIMEOUT: Final = 5.0


class LoopThread:
    """A daemon thread that runs an event loop, started by the first call that needs it."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._usual_interval = 0.0

    @property
    def is_running(self) -> bool:
        """Whether the thread exists."""
        return self._loop is not None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return its result. It is cancelled if the wait is interrupted.

        Raises:
            RuntimeError: Called on the loop's own thread, which would wait for itself forever.
        """
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("The event loop cannot wait for itself: await the coroutine there.")
        future = asyncio.run_coroutine_threadsafe(coroutine, self._started())
        try:
            while not concurrent.futures.wait([future], SLICE).done:
                pass
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function on the loop and return its result.

        For what is done at once: it costs a third of `run`, and is not undone if the wait is interrupted.

        Raises:
            RuntimeError: Called on the loop's own thread, which would wait for itself forever.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("The event loop cannot wait for itself: call the function there.")
        done = _Wake()
        results: list[T] = []
        errors: list[BaseException] = []

        def call() -> None:
            try:
                results.append(function(*args, **kwargs))
            except BaseException as error:  # raised again where the result is asked for
                errors.append(error)
            done.set()

        self._started().call_soon_threadsafe(call)
        while not done.wait(SLICE):
            pass
        if errors:
            raise errors[0]
        return results[0]

    def wait(self, expectation: Expectation[T], meanwhile: Callable[[], None]) -> T:
        """Wait on the calling thread until the expectation is decided, at most its time.

        Args:
            expectation: What must come true. It is judged on the calling thread.
            meanwhile: Called after every change and at least every `SLICE`.
        """
        wake = _Wake()
        deadline = time.monotonic() + expectation.seconds
        stops: list[Callable[[], None]] = []
        try:
            stops.extend(connection.observe(wake.set) for connection in expectation.connections)
            while True:
                if (result := expectation.poll()) is not PENDING:
                    return result
                meanwhile()
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    return expectation.expire()
                if not expectation.behind:
                    wake.wait(min(remaining, SLICE))
        finally:
            for stop in stops:
                stop()

    def stop(self) -> None:
        """End the thread. Tasks that still run are cancelled. Does nothing if it is not running."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self._loop = self._thread = None
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP_TIMEOUT)
        sys.setswitchinterval(self._usual_interval)

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._usual_interval = sys.getswitchinterval()
            sys.setswitchinterval(min(self._usual_interval, SWITCH_INTERVAL))
            loop = asyncio.new_event_loop()
            thread = threading.Thread(target=_run, args=[loop], name="RealtimeLibrary event loop", daemon=True)
            thread.start()
            # Not before it runs: an interrupt in between would leave a loop on which everything waits forever.
            self._loop, self._thread = loop, thread
        return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(_finish())
        asyncio.set_event_loop(None)
        loop.close()


async def _finish() -> None:
    """Cancel what still runs, and end the threads that resolve host names."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    loop = asyncio.get_running_loop()
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()


class _Wake:
    """Wakes one waiting thread; several wakes before it waits count as one.

    A bare lock: handing over takes it a third of the time of a `threading.Event`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def set(self) -> None:
        if self._lock.locked():
            self._lock.release()

    def wait(self, seconds: float) -> bool:
        """Whether it was woken in this time."""
        return self._lock.acquire(timeout=seconds)
