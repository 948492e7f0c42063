"""The asyncio tester: waits that can be cancelled, assertions and listeners, against a real server."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from RealtimeLibrary.core import (
    ClosedWhileWaiting,
    ConnectionClosed,
    ExpectationFailed,
    InvalidArgument,
    Message,
    NothingMatched,
    State,
    UnexpectedClose,
    UnexpectedMessage,
    WebSocketTester,
)
from RealtimeLibrary.core.tester import settle
from RealtimeLibrary.core.waiting import PENDING, Expectation, Pending
from utest.core.websocket.echo_server import echo_server


@pytest.fixture
async def chat() -> AsyncIterator[WebSocketTester]:
    async with echo_server() as url, WebSocketTester(timeout=2, alias="chat") as tester:
        await tester.connect(url)
        yield tester


async def until(is_true: Callable[[], object]) -> None:
    """Let the loop run until something is true."""
    async with asyncio.timeout(2):
        while not is_true():
            await asyncio.sleep(0)


async def flood(chat: WebSocketTester, count: int) -> None:
    """Have this many ticks in the record."""
    last = chat.connection.record.last
    await chat.send({"do": "flood", "count": count})
    await until(lambda: chat.connection.record.last == last + count)


# Waiting


class Scripted(Expectation[str]):
    """An expectation that answers as told."""

    connections = ()
    waiting_for = "a script"

    def __init__(self, *answers: Any, seconds: float = 0.01) -> None:
        self._answers = list(answers)
        self.seconds = seconds

    @property
    def behind(self) -> bool:
        return bool(self._answers)

    def poll(self) -> str | Pending:
        answer = self._answers.pop(0) if self._answers else PENDING
        if isinstance(answer, Exception):
            raise answer
        return answer

    def expire(self) -> str:
        return "expired"


async def test_an_expectation_is_polled_while_it_is_behind_and_expires_in_time() -> None:
    assert await settle(Scripted(PENDING, PENDING, "done", seconds=5)) == "done"
    assert await settle(Scripted()) == "expired"


async def test_an_expectation_that_never_catches_up_expires_in_time() -> None:
    class Behind(Scripted):
        behind = True  # type: ignore[assignment]

    assert await settle(Behind()) == "expired"


async def test_a_timeout_error_of_the_users_own_is_not_taken_for_the_end() -> None:
    with pytest.raises(TimeoutError, match="mine"):
        await settle(Scripted(TimeoutError("mine"), "never", seconds=5))


async def test_a_wait_takes_no_longer_than_its_time(chat: WebSocketTester) -> None:
    begun = time.monotonic()
    with pytest.raises(NothingMatched, match=r"within 0\.05 seconds on 'chat'"):
        await chat.wait_for_message(timeout=timedelta(milliseconds=50))
    assert 0.05 <= time.monotonic() - begun < 5


async def test_the_testers_own_timeout_is_the_default() -> None:
    async with echo_server() as url, WebSocketTester(timeout=0.03) as tester:
        await tester.connect(url)
        with pytest.raises(NothingMatched, match=r"within 0\.03 seconds"):
            await tester.wait_for_message()


async def test_a_wait_goes_on_until_the_match_arrives(chat: WebSocketTester) -> None:
    waiting = asyncio.create_task(chat.wait_for_message({"number": 3}))
    await asyncio.sleep(0)
    await flood(chat, 3)
    assert (await waiting).number == 3


async def test_waits_of_two_tasks_do_not_disturb_each_other(chat: WebSocketTester) -> None:
    first = asyncio.create_task(chat.wait_for_message({"number": 1}))
    other = asyncio.create_task(chat.wait_for_message({"number": 2}))
    await flood(chat, 2)
    assert ((await first).number, (await other).number) == (1, 2)


async def test_a_cancelled_wait_loses_nothing(chat: WebSocketTester) -> None:
    waiting = asyncio.create_task(chat.wait_for_messages(3))
    await flood(chat, 2)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert chat.connection._observers == []
    assert [message.number for message in await chat.wait_for_messages(2)] == [1, 2]


async def test_a_timeout_around_a_wait_is_the_callers(chat: WebSocketTester) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await chat.wait_for_message(timeout=60)
    assert chat.is_connected


async def test_an_error_of_a_predicate_ends_the_wait(chat: WebSocketTester) -> None:
    def broken(message: Message) -> bool:
        raise RuntimeError("mine")

    await flood(chat, 1)
    with pytest.raises(RuntimeError, match="mine"):
        await chat.wait_for_message(broken)
    assert (await chat.wait_for_message()).number == 1


@pytest.mark.parametrize("timeout", [0, -1, timedelta(0)])
async def test_a_timeout_must_be_positive(chat: WebSocketTester, timeout: float) -> None:
    with pytest.raises(InvalidArgument, match="Argument 'timeout' must be greater than zero"):
        await chat.wait_for_message(timeout=timeout)
    with pytest.raises(InvalidArgument):
        WebSocketTester(timeout=timeout)


async def test_a_wait_ends_within_50_ms_of_the_close(chat: WebSocketTester) -> None:
    closed_at: list[float] = []
    chat.on_close(lambda ending: closed_at.append(time.monotonic()))
    waiting = asyncio.create_task(chat.wait_for_message(timeout=30))
    await asyncio.sleep(0)
    await chat.send({"do": "close", "code": 1001, "reason": "bye"})
    with pytest.raises(ClosedWhileWaiting, match=r"closed by the server with 1001 \(going away\) 'bye'"):
        await waiting
    assert time.monotonic() - closed_at[0] < 0.05


# Assertions


async def test_assertions_mark_nothing_read(chat: WebSocketTester) -> None:
    await flood(chat, 2)
    assert (await chat.assert_message_received("tick")).number == 1
    assert (await chat.assert_message_received("tick")).number == 1
    assert (await chat.wait_for_message()).number == 1


async def test_a_mark_narrows_assertions_and_waits(chat: WebSocketTester) -> None:
    await flood(chat, 2)
    mark = chat.mark()
    await chat.assert_message_not_received("tick", timeout=0.01, since=mark)
    with pytest.raises(UnexpectedMessage):
        await chat.assert_message_not_received("tick", timeout=60)
    await flood(chat, 1)
    assert (await chat.wait_for_message(since=mark)).number == 3
    assert (await chat.assert_message_received("tick", since=mark)).number == 3


async def test_a_negative_assertion_fails_on_a_closed_connection(chat: WebSocketTester) -> None:
    await chat.disconnect()
    begun = time.monotonic()
    with pytest.raises(ClosedWhileWaiting, match="Cannot tell that message of type 'error' is not received"):
        await chat.assert_message_not_received("error", timeout=60)
    assert time.monotonic() - begun < 5


async def test_the_state_of_a_connection(chat: WebSocketTester) -> None:
    chat.assert_connected()
    chat.check_open()
    chat.assert_no_error()
    await chat.wait_for_connection()
    assert (chat.is_connected, chat.state, chat.errors) == (True, State.OPEN, [])
    assert chat.url == chat.connection.url
    assert re.fullmatch(r"<WebSocketTester ws://127\.0\.0\.1:\d+/ OPEN, 0 messages received>", repr(chat))
    with pytest.raises(UnexpectedClose, match=r"Connection did not close within 0\.01 seconds on 'chat'"):
        await chat.assert_connection_closed(timeout=0.01)
    await chat.disconnect(4000, "done")
    await chat.assert_connection_closed(code=4000, reason="done")
    with pytest.raises(UnexpectedClose, match="Expected close code 1000"):
        await chat.assert_connection_closed(code=1000)
    with pytest.raises(ExpectationFailed, match=r"^WebSocket is not connected on 'chat': closed by us with 4000"):
        chat.assert_connected()
    with pytest.raises(ConnectionClosed, match=r"^WebSocket is not connected on 'chat': closed by us"):
        chat.check_open()
    with pytest.raises(ClosedWhileWaiting, match=r"^WebSocket is not connected on 'chat': closed by us"):
        await chat.wait_for_connection()


async def test_a_connection_that_was_never_made() -> None:
    tester = WebSocketTester()
    assert repr(tester) == "<WebSocketTester unconnected CLOSED, 0 messages received>"
    with pytest.raises(ExpectationFailed, match=r"^WebSocket is not connected on 'websocket': it was never connected"):
        tester.assert_connected()
    await tester.disconnect()


async def test_errors_are_told_with_the_first_and_their_number(chat: WebSocketTester) -> None:
    await chat.send({"do": "drop"})
    await chat.assert_connection_closed()
    with pytest.raises(ExpectationFailed, match=r"^WebSocket error detected: 'chat' was closed with 1006"):
        chat.assert_no_error()
    chat.connection.failed(ConnectionClosed("another"))
    with pytest.raises(ExpectationFailed, match=r" \(and 1 more error\)$"):
        chat.assert_no_error()


# Listeners


async def test_listeners_hear_everything_once_beginning_with_the_recorded(chat: WebSocketTester) -> None:
    await flood(chat, 2)
    heard: list[int] = []
    other: list[int] = []
    chat.on_message(lambda message: heard.append(message.number))
    assert heard == [1, 2]
    chat.on_message(lambda message: other.append(message.number))
    await flood(chat, 3)
    assert heard == other == [1, 2, 3, 4, 5]


async def test_a_wait_returns_after_the_listeners_have_heard(chat: WebSocketTester) -> None:
    heard: list[int] = []
    chat.on_message(lambda message: heard.append(message.number))
    await chat.send({"do": "flood", "count": 100})
    for number in range(1, 101):
        assert (await chat.wait_for_message()).number == number
        assert number in heard


async def test_errors_and_the_close_are_heard_also_later(chat: WebSocketTester) -> None:
    early: list[Any] = []
    late: list[Any] = []
    chat.on_error(early.append)
    chat.on_close(early.append)
    await chat.send({"do": "drop"})
    await chat.assert_connection_closed()
    chat.on_error(late.append)
    chat.on_close(late.append)
    assert [type(what).__name__ for what in early] == ["ConnectionClosed", "Ending"]
    assert early == late == [chat.errors[0], chat.connection.ending]


async def test_listeners_stay_when_the_tester_connects_again() -> None:
    heard: list[str] = []
    async with echo_server() as url, WebSocketTester() as tester:
        tester.on_message(lambda message: heard.append(str(message.raw)))
        for text in ("first", "second"):
            await tester.connect(url)
            await tester.send(text)
            await tester.wait_for_message()
            await tester.disconnect()
    assert heard == ["first", "second"]


async def test_a_failing_listener_fails_the_next_wait_once(chat: WebSocketTester) -> None:
    heard: list[int] = []

    def check(message: Message) -> None:
        heard.append(message.number)
        assert message.number not in (2, 3), f"bad {message.number}"

    chat.on_message(check)
    await flood(chat, 4)
    with pytest.raises(AssertionError, match="bad 2"):
        await chat.wait_for_message()
    assert heard == [1, 2, 3, 4]
    await chat.wait_for_message()


async def test_a_failing_listener_fails_a_wait_that_fails_itself(chat: WebSocketTester) -> None:
    chat.on_message(lambda message: 1 / 0)
    await flood(chat, 1)
    with pytest.raises(ZeroDivisionError) as caught:
        await chat.wait_for_message({"type": "none"}, timeout=0.01)
    assert isinstance(caught.value.__context__, NothingMatched)


async def test_a_failing_listener_does_not_hide_a_cancellation(chat: WebSocketTester) -> None:
    chat.on_message(lambda message: 1 / 0)
    await flood(chat, 1)
    waiting = asyncio.create_task(chat.wait_for_message({"type": "none"}, timeout=60))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(ZeroDivisionError):
        await chat.wait_for_message()


async def test_a_check_in_a_listener_fails_a_test_that_waits_for_nothing() -> None:
    def check(message: Message) -> None:
        assert message.raw == "expected"

    async def test(url: str) -> None:
        async with WebSocketTester() as tester:
            await tester.connect(url)
            tester.on_message(check)
            await tester.send("other")
            await until(lambda: tester.messages)

    async with echo_server() as url:
        with pytest.raises(AssertionError, match="expected"):
            await test(url)


async def test_a_failing_test_is_told_as_it_failed() -> None:
    async def test(url: str) -> None:
        async with WebSocketTester() as tester:
            await tester.connect(url)
            tester.on_message(lambda message: 1 / 0)
            await tester.send("x")
            await until(lambda: tester.messages)
            raise KeyError("mine")

    async with echo_server() as url:
        with pytest.raises(KeyError):
            await test(url)


def test_a_listener_that_nobody_would_await_is_refused() -> None:
    async def check(what: Any) -> None:
        raise AssertionError("never run")

    tester = WebSocketTester()
    for register in (tester.on_message, tester.on_error, tester.on_close):
        with pytest.raises(InvalidArgument, match=r"^A listener must be a plain function"):
            register(check)


def test_a_mark_needs_no_running_loop() -> None:
    before = time.monotonic()
    assert before <= WebSocketTester().mark().at <= time.monotonic()


async def test_a_listener_may_send_and_clear(chat: WebSocketTester) -> None:
    tasks: list[asyncio.Task[None]] = []

    def answer(message: Message) -> None:
        if message.raw == "one":
            tasks.append(asyncio.get_running_loop().create_task(chat.send("two")))
            chat.clear_messages()

    chat.on_message(answer)
    await chat.send("one")
    assert (await chat.wait_for_message()).raw == "two"
    assert [message.number for message in chat.messages] == [2]
