"""The loop thread: its life, and waits on the calling thread that interrupts end at once."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from RealtimeLibrary import bridge as module
from RealtimeLibrary.bridge import LoopThread
from RealtimeLibrary.core import ClosedWhileWaiting, NothingMatched, WebSocketTester
from RealtimeLibrary.core.conditions.kinds import ANY
from RealtimeLibrary.core.connection import Connection, MessageConnection, websocket_connection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.situation import Wanted
from RealtimeLibrary.core.waiting import PENDING, Collected, Expectation, Items, Pending, Quiet
from utest.core.websocket.echo_server import echo_server


@pytest.fixture
def bridge() -> Iterator[LoopThread]:
    bridge = LoopThread()
    yield bridge
    bridge.stop()


def loop_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "RealtimeLibrary event loop"]


def opened() -> MessageConnection:
    connection = websocket_connection("chat", codec=PayloadCodec())
    connection.opened()
    return connection


def receive(connection: MessageConnection, *raws: str) -> None:
    connection.received([raws], time.monotonic(), sum(map(len, raws)))


def waiting(connection: Connection[Any], seconds: float = 30.0) -> Items[Any]:
    return Items(connection, Wanted(ANY, "message"), seconds, time.monotonic(), consume=True)


def nothing() -> None:
    """What happens meanwhile."""


# The thread


def test_nothing_runs_before_it_is_needed() -> None:
    bridge = LoopThread()
    assert not bridge.is_running
    bridge.stop()
    assert loop_threads() == []


def test_what_is_run_runs_on_one_daemon_thread(bridge: LoopThread) -> None:
    first = bridge.call(threading.current_thread)
    assert bridge.is_running
    assert first is bridge.call(threading.current_thread)
    assert loop_threads() == [first]
    assert first.daemon
    assert first is not threading.current_thread()


def test_results_and_errors_come_back(bridge: LoopThread) -> None:
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    async def fail() -> None:
        raise TimeoutError("mine")

    assert bridge.run(answer()) == 42
    assert bridge.call(divmod, 7, 2) == (3, 1)
    with pytest.raises(TimeoutError, match="mine"):
        bridge.run(fail())
    with pytest.raises(ZeroDivisionError):
        bridge.call(divmod, 1, 0)


def test_something_slow_is_called_in_slices(bridge: LoopThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLICE", 0.001)
    bridge.call(time.sleep, 0.02)


def test_the_loop_cannot_call_and_wait_for_itself(bridge: LoopThread) -> None:
    async def on_the_loop() -> None:
        bridge.call(lambda: None)

    with pytest.raises(RuntimeError, match="cannot wait for itself"):
        bridge.run(on_the_loop())


def test_something_slow_is_waited_for_in_slices(bridge: LoopThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLICE", 0.001)
    bridge.run(asyncio.sleep(0.02))


def test_the_loop_does_not_wait_for_itself(bridge: LoopThread) -> None:
    with pytest.raises(RuntimeError, match="cannot wait for itself"):
        bridge.call(lambda: bridge.run(asyncio.sleep(0)))


def test_arrival_times_are_not_late_while_the_loop_runs(bridge: LoopThread) -> None:
    usual = sys.getswitchinterval()
    bridge.call(nothing)
    assert sys.getswitchinterval() == pytest.approx(0.0005)
    bridge.stop()
    assert sys.getswitchinterval() == pytest.approx(usual)


def test_a_shorter_switch_interval_is_left(bridge: LoopThread) -> None:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    try:
        bridge.call(nothing)
        assert sys.getswitchinterval() == pytest.approx(0.0001, rel=0.05)
        bridge.stop()
    finally:
        sys.setswitchinterval(usual)


def test_stopping_cancels_what_still_runs(bridge: LoopThread) -> None:
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    tasks = [bridge.call(lambda: asyncio.get_running_loop().create_task(endless()))]
    bridge.call(nothing)
    bridge.stop()
    assert ended == ["cancelled"]
    assert tasks[0].cancelled()
    assert loop_threads() == []
    bridge.stop()
    assert bridge.call(threading.current_thread).is_alive()


def test_stopping_ends_the_threads_that_resolve_names(bridge: LoopThread) -> None:
    threads: list[threading.Thread] = []
    resolved = threading.Event()

    def resolve() -> None:
        threads.append(threading.current_thread())
        resolved.wait(5)

    bridge.call(lambda: asyncio.get_running_loop().run_in_executor(None, resolve))
    timer = threading.Timer(0.05, resolved.set)
    timer.start()
    bridge.stop()
    assert [thread.is_alive() for thread in threads] == [False]
    timer.join()


def lowest_free_descriptor() -> int:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


def test_200_lives_leave_no_descriptor_and_no_thread() -> None:
    def live() -> None:
        bridge = LoopThread()
        bridge.run(asyncio.sleep(0))
        bridge.stop()

    live()
    before = lowest_free_descriptor(), threading.active_count()
    for _ in range(200):
        live()
    assert (lowest_free_descriptor(), threading.active_count()) == before


# Waiting


def test_a_wait_is_decided_by_what_there_is(bridge: LoopThread) -> None:
    connection = opened()
    receive(connection, "a")
    assert [item.raw for item in bridge.wait(waiting(connection), nothing)] == ["a"]
    assert connection._observers == []


def test_a_wait_is_woken_by_what_arrives(bridge: LoopThread) -> None:
    connection = opened()
    bridge.call(lambda: asyncio.get_running_loop().call_later(0.01, receive, connection, "a"))
    begun = time.monotonic()
    assert [item.raw for item in bridge.wait(waiting(connection), nothing)] == ["a"]
    assert time.monotonic() - begun < 5


def test_a_wait_is_woken_by_the_end(bridge: LoopThread) -> None:
    connection = opened()
    ending = Ending("closed by us", "us")
    bridge.call(lambda: asyncio.get_running_loop().call_later(0.01, connection.closed, ending))
    with pytest.raises(ClosedWhileWaiting):
        bridge.wait(waiting(connection), nothing)


def test_a_wait_takes_no_longer_than_its_time(bridge: LoopThread) -> None:
    connection = opened()
    begun = time.monotonic()
    with pytest.raises(NothingMatched):
        bridge.wait(waiting(connection, 0.03), nothing)
    assert 0.03 <= time.monotonic() - begun < 5
    assert connection._observers == []


def test_quiet_lasts_its_whole_time(bridge: LoopThread) -> None:
    begun = time.monotonic()
    bridge.wait(Quiet(opened(), Wanted(ANY, "message"), 0.05, begun), nothing)
    assert time.monotonic() - begun >= 0.05


def test_many_wakes_before_a_wait_are_one(bridge: LoopThread) -> None:
    connection = opened()

    def flood() -> None:
        if connection.record.last < 100:
            bridge.call(lambda: [receive(connection, "x") for _ in range(10)])

    collected = Collected(connection, Wanted(ANY, "message"), 0.5, time.monotonic())
    assert len(bridge.wait(collected, flood)) == 100


def test_meanwhile_runs_after_every_change_and_in_every_slice(
    bridge: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLICE", 0.001)
    times: list[float] = []
    with pytest.raises(NothingMatched):
        bridge.wait(waiting(opened(), 0.5), lambda: times.append(time.monotonic()))
    assert len(times) > 3


def test_an_error_of_meanwhile_ends_the_wait(bridge: LoopThread) -> None:
    connection = opened()
    with pytest.raises(ZeroDivisionError):
        bridge.wait(waiting(connection), lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    assert connection._observers == []


def test_a_backlog_is_judged_without_sleeping(bridge: LoopThread) -> None:
    class Behind(Expectation[str]):
        connections = ()
        seconds = 30.0
        behind = True  # type: ignore[assignment]
        waiting_for = "a long backlog"
        polls = 0

        def poll(self) -> str | Pending:
            self.polls += 1
            return "done" if self.polls > 1_000 else PENDING

        def expire(self) -> str:
            return "expired"

    begun = time.monotonic()
    assert bridge.wait(Behind(), nothing) == "done"
    assert time.monotonic() - begun < 5


# Interrupts


class RobotTimeout(Exception):
    """What Robot Framework raises in its handler of SIGALRM."""


def raise_timeout(number: int, frame: FrameType | None) -> None:
    raise RobotTimeout


@pytest.fixture(params=[(raise_timeout, RobotTimeout), (signal.default_int_handler, KeyboardInterrupt)])
def interrupt(request: pytest.FixtureRequest) -> Iterator[tuple[Callable[[], None], type[BaseException]]]:
    """A function that interrupts this thread soon, and what that raises: a Robot timeout, or Ctrl-C."""
    handler, error = request.param
    before = signal.signal(signal.SIGALRM, handler)
    yield lambda: signal.setitimer(signal.ITIMER_REAL, 0.03) and None, error
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


Interrupt = tuple[Callable[[], None], type[BaseException]]

needs_sigalrm = pytest.mark.timeout(60, method="thread")  # its other method needs SIGALRM itself


@needs_sigalrm
def test_an_interrupt_ends_a_run_at_once_and_cancels_the_coroutine(bridge: LoopThread, interrupt: Interrupt) -> None:
    soon, error = interrupt
    cancelled = threading.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    begun = time.monotonic()
    soon()
    with pytest.raises(error):
        bridge.run(endless())
    assert time.monotonic() - begun < 5
    assert cancelled.wait(5)
    assert bridge.call(lambda: "alive") == "alive"


@needs_sigalrm
def test_an_interrupt_ends_a_wait_at_once_and_loses_nothing(bridge: LoopThread, interrupt: Interrupt) -> None:
    soon, error = interrupt
    connection = opened()
    begun = time.monotonic()
    soon()
    with pytest.raises(error):
        bridge.wait(waiting(connection), nothing)
    assert time.monotonic() - begun < 5
    assert connection._observers == []
    bridge.call(receive, connection, "a")
    assert [item.number for item in bridge.wait(waiting(connection), nothing)] == [1]


@needs_sigalrm
def test_a_connection_stays_usable_after_an_interrupt(bridge: LoopThread, interrupt: Interrupt) -> None:
    soon, error = interrupt
    server = echo_server()
    tester = WebSocketTester()
    bridge.run(tester.connect(bridge.run(server.__aenter__())))
    try:
        soon()
        with pytest.raises(error):
            bridge.run(tester.wait_for_message(timeout=30))
        bridge.run(tester.send("still there"))
        assert bridge.wait(waiting(tester.connection), nothing)[0].raw == "still there"
    finally:
        bridge.run(tester.disconnect())
        bridge.run(server.__aexit__(None, None, None))
