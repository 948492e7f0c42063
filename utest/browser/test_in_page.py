"""Streams that a page opens for a test, with a page whose answers the test writes."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from RealtimeLibrary.browser import in_page
from RealtimeLibrary.browser.in_page import InPageSSE, InPageWebSocket
from RealtimeLibrary.core.connection import State, sse_connection, websocket_connection
from RealtimeLibrary.core.errors import (
    CannotConnect,
    ConnectionClosed,
    ConnectionProblem,
    HandshakeRejected,
    InvalidArgument,
    NotAnEventStream,
    TimedOut,
    WrongUse,
)
from RealtimeLibrary.core.messages import PayloadCodec
from utest.browser.fake_node import FakeNode, until

Page = Callable[[str, list[Any]], Any]


def node_with(page: Page, **answers: Any) -> FakeNode:
    """A Node whose page answers `method(*args)`."""
    return FakeNode({"realtimeInPage": lambda call: page(call["method"], call["args"]), **answers})


def websocket(node: FakeNode) -> InPageWebSocket:
    connection = websocket_connection("chat", "ws://site/ws", codec=PayloadCodec())
    return InPageWebSocket(node, connection, 5)  # type: ignore[arg-type]


def sse(node: FakeNode) -> InPageSSE:
    return InPageSSE(node, sse_connection("news", "/sse", codec=PayloadCodec()), 5)  # type: ignore[arg-type]


def opening(node: FakeNode, family: str = "websocket", *kinds: tuple[str, dict[str, Any]]) -> int:
    """The page opens a stream, and these things happen to it."""
    node.tell("open", 1, family=family, url="ws://site/ws", via="test", page="http://site/")
    for kind, fields in kinds or [("ready", {})]:
        node.tell(kind, 1, **fields)
    return 7


@pytest.fixture
async def open_websocket() -> tuple[FakeNode, InPageWebSocket, list[Any]]:
    calls: list[Any] = []

    def page(method: str, args: list[Any]) -> Any:
        calls.append((method, args))
        if method == "openSocket":
            return opening(node)
        if method == "close":
            node.tell("close", 1, code=args[1], reason=args[2], by="page")
        return True

    node = node_with(page)
    tester = websocket(node)
    await tester.connect("ws://site/ws", subprotocols=["chat"])
    return node, tester, calls


async def test_connect_tells_the_page_what_to_open(
    open_websocket: tuple[FakeNode, InPageWebSocket, list[Any]],
) -> None:
    node, tester, calls = open_websocket
    assert calls == [("openSocket", ["ws://site/ws", ["chat"]])]
    assert tester.is_connected
    assert node.calls[0][1]["options"] == {"filter": ".*", "deep": False, "wrap": False}
    await tester.disconnect()


async def test_messages_go_both_ways(open_websocket: tuple[FakeNode, InPageWebSocket, list[Any]]) -> None:
    node, tester, calls = open_websocket
    await tester.send({"type": "ping"})
    await tester.send(b"\x00\xff")
    assert calls[1:] == [("send", [7, '{"type":"ping"}']), ("send", [7, None, "AP8="])]
    node.tell("in", 1, text="pong")
    await until(lambda: tester.connection.record.last)
    with pytest.raises(WrongUse, match="A page cannot send pings, and 'chat' is opened by the page"):
        await tester.ping()
    await tester.disconnect()


async def test_disconnect_closes_in_the_page_with_code_and_reason(
    open_websocket: tuple[FakeNode, InPageWebSocket, list[Any]],
) -> None:
    node, tester, calls = open_websocket
    await tester.disconnect(4000, "bye")
    await tester.disconnect()
    assert calls[1:] == [("close", [7, 4000, "bye"])]
    ending = tester.connection.ending
    assert ending is not None
    assert (ending.code, ending.reason, ending.by) == (4000, "bye", "us")
    assert node.calls[-1][0] == "realtimeStop"


@pytest.mark.parametrize(
    ("code", "reason", "text"),
    [
        (1001, "", "Argument 'code' must be 1000 or 3000-4999, more a page cannot send; got 1001."),
        (5000, "", "Argument 'code' must be 1000 or 3000-4999, more a page cannot send; got 5000."),
        (1000, "ä" * 62, f"Argument 'reason' must be at most 123 bytes, got '{'ä' * 62}'."),
    ],
)
async def test_what_a_page_cannot_send_is_refused(
    open_websocket: tuple[FakeNode, InPageWebSocket, list[Any]], code: int, reason: str, text: str
) -> None:
    _, tester, _ = open_websocket
    with pytest.raises(InvalidArgument) as caught:
        await tester.disconnect(code, reason)
    assert str(caught.value) == text
    assert tester.is_connected
    await tester.disconnect()


async def test_disconnecting_from_a_page_that_is_gone_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_page, "CLOSE_TIMEOUT", 0.01)
    node = node_with(lambda method, args: opening(node))
    tester = websocket(node)
    await tester.connect("ws://site/ws")
    node.answers["realtimeInPage"] = ConnectionProblem("gone")
    await tester.disconnect()
    assert tester.connection.is_over


async def test_sending_on_a_closed_connection_says_how_it_ended(
    open_websocket: tuple[FakeNode, InPageWebSocket, list[Any]],
) -> None:
    node, tester, _ = open_websocket
    node.tell("close", 1, code=1001, reason="", by="server")
    await until(lambda: tester.connection.is_over)
    with pytest.raises(ConnectionClosed, match=r"WebSocket is not connected on 'chat'.*1001 \(going away\)"):
        await tester.send("late")
    await tester.disconnect()


async def test_a_page_that_no_longer_has_the_stream_cannot_send() -> None:
    node = node_with(lambda method, args: opening(node) if method == "openSocket" else False)
    tester = websocket(node)
    await tester.connect("ws://site/ws")
    with pytest.raises(ConnectionClosed):
        await tester.send("x")
    node.tell("end", text="the browser was closed or crashed")
    await until(lambda: tester.connection.is_over)
    assert tester.connection.errors
    await tester.disconnect()


async def test_a_page_that_does_not_confirm_the_close_is_waited_for_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_page, "CLOSE_TIMEOUT", 0.01)
    node = node_with(lambda method, args: opening(node) if method == "openSocket" else None)
    tester = websocket(node)
    await tester.connect("ws://site/ws")
    await tester.disconnect()
    assert tester.connection.ending is not None
    assert tester.connection.ending.text == "closed by us; the page did not confirm it"


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        ({"failed": "Failed to fetch"}, CannotConnect, "Cannot connect 'news' to /sse from the page: Failed to fetch."),
        (
            {"status": 404, "type": "text/html"},
            HandshakeRejected,
            "Server rejected the page's request on 'news' from /sse: HTTP 404.",
        ),
        (
            {"status": 200, "type": "text/html"},
            NotAnEventStream,
            "Expected an event stream (Content-Type text/event-stream), got 'text/html' on 'news' from /sse.",
        ),
        (
            {"status": 200, "type": None},
            NotAnEventStream,
            "Expected an event stream (Content-Type text/event-stream), got '' on 'news' from /sse.",
        ),
    ],
)
async def test_what_the_page_answers_instead_of_a_stream(
    answer: dict[str, Any], error: type[Exception], text: str
) -> None:
    tester = sse(node_with(lambda method, args: answer))
    with pytest.raises(error) as caught:
        await tester.connect("/sse", method="POST", body="{}")
    assert str(caught.value) == text
    assert tester.errors[0] is caught.value
    assert tester.state is State.CLOSED


@pytest.mark.parametrize(
    ("happened", "error", "text"),
    [
        (
            [("error", {"text": "Unexpected response code: 403"}), ("close", {"code": 1006, "by": "network"})],
            HandshakeRejected,
            "Server rejected the page's request on 'chat' from ws://site/ws: HTTP 403.",
        ),
        (
            [("error", {"text": "net::ERR_CONNECTION_REFUSED"}), ("close", {"code": 1006, "by": "network"})],
            CannotConnect,
            "Cannot connect 'chat' to ws://site/ws from the page: connection refused.",
        ),
        (
            [("close", {"by": "failure", "text": "the browser refused to open it"})],
            CannotConnect,
            "Cannot connect 'chat' to ws://site/ws from the page: "
            "closed: the browser refused to open it; it never was open.",
        ),
    ],
)
async def test_what_happens_to_a_stream_instead_of_opening(
    happened: list[tuple[str, dict[str, Any]]], error: type[Exception], text: str
) -> None:
    node = node_with(lambda method, args: opening(node, "websocket", *happened))
    with pytest.raises(error) as caught:
        await websocket(node).connect("ws://site/ws")
    assert str(caught.value) == text


async def test_a_rejected_event_source_is_told_by_the_devtools_protocol() -> None:
    happened = [
        ("handshake", {"status": 503, "headers": [["Content-Type", "text/plain"]]}),
        ("close", {"by": "failure"}),
    ]
    node = node_with(lambda method, args: opening(node, "sse", *happened))
    with pytest.raises(HandshakeRejected, match=r"HTTP 503\.$"):
        await sse(node).connect("/sse")


async def test_a_stream_that_ended_at_once_was_open() -> None:
    happened = [("ready", {"status": 200}), ("chunk", {"text": "data: x\n\n"}), ("close", {"by": "server"})]

    def page(method: str, args: list[Any]) -> Any:
        opening(node, "sse", *happened)
        return {"stream": 7}

    node = node_with(page)
    tester = sse(node)
    await tester.connect("/sse", headers={"X-Trace": "7"})
    assert [event.data for event in tester.connection.record.items()] == ["x"]
    await tester.disconnect()


async def test_a_request_is_sent_by_fetch_with_an_accept_header() -> None:
    calls: list[Any] = []

    def page(method: str, args: list[Any]) -> Any:
        calls.append((method, args))
        return opening(node, "sse")

    node = node_with(page)
    tester = sse(node)
    await tester.connect("/sse", method="POST", headers={"X": "1"}, body="{}", connect_timeout=2)
    request = {
        "method": "POST",
        "headers": {"Accept": "text/event-stream", "X": "1"},
        "body": "{}",
        "cache": "no-store",
    }
    assert calls == [("openFetch", ["/sse", request, 2000])]
    node.tell("close", 1, by="server")
    await until(lambda: tester.connection.is_over)
    await tester.disconnect()


async def test_no_answer_in_time_is_a_timeout() -> None:
    node = node_with(lambda method, args: opening(node, "sse", ("retry", {})))
    tester = sse(node)
    with pytest.raises(TimedOut) as caught:
        await tester.connect("/sse", connect_timeout=0.05)
    assert str(caught.value) == (
        "SSE connection timeout on 'news' after 0.05 seconds: the page got no answer from /sse."
    )
    assert tester.connection.is_over


async def test_without_a_page_the_error_says_what_to_do() -> None:
    node = node_with(lambda method, args: None, realtimeWatchPage=WrongUse("'Connect SSE' needs an open page."))
    with pytest.raises(WrongUse, match="needs an open page"):
        await sse(node).connect("/sse")


async def test_cancelling_a_connect_closes_the_session() -> None:
    node = node_with(lambda method, args: opening(node, "sse", ("retry", {})))
    tester = sse(node)
    connecting = asyncio.create_task(tester.connect("/sse"))
    await until(lambda: tester.connection.state is State.RECONNECTING)
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert tester.connection.is_over
    assert node.calls[-1][0] == "realtimeStop"
