"""Captured events become what a transport would have recorded."""

import pytest

from RealtimeLibrary.browser.streams import PageEventStream, PageStream, PageWebSocket
from RealtimeLibrary.core.connection import State, sse_connection, websocket_connection
from RealtimeLibrary.core.errors import WrongUse
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.secrets import Secrets

OPEN = {"kind": "open", "via": "page", "page": "http://site/page?token=hidden-token"}


@pytest.fixture
def codec() -> PayloadCodec:
    return PayloadCodec(secrets=Secrets())


@pytest.fixture
def socket(codec: PayloadCodec) -> PageWebSocket:
    return PageWebSocket(websocket_connection("page-websocket-1", "ws://site/ws", codec=codec), OPEN)


@pytest.fixture
def source(codec: PayloadCodec) -> PageEventStream:
    return PageEventStream(sse_connection("page-sse-1", "http://site/sse", codec=codec), OPEN)


def tell(stream: PageStream, kind: str, **fields: object) -> None:
    stream.happened({"kind": kind, **fields})


def test_a_socket_is_connecting_then_open(socket: PageWebSocket) -> None:
    assert socket.connection.state is State.CONNECTING
    tell(socket, "ready", protocol="chat", extensions="")
    assert socket.connection.is_open
    opened = socket.connection.journal.of(Happening.OPENED)[0]
    assert opened.facts == {"protocol": "chat"}


def test_the_page_is_noted_without_secrets(socket: PageWebSocket) -> None:
    [entry] = socket.connection.journal.of(Happening.CONNECTING)
    assert entry.text == "opened by the page"
    assert entry.facts == {"page": "http://site/page?token=<secret>"}


def test_frames_are_recorded_as_text_and_bytes(socket: PageWebSocket) -> None:
    tell(socket, "ready")
    tell(socket, "in", text="")
    tell(socket, "in", base64="AP8=")
    tell(socket, "out", text="hello")
    assert [message.raw for message in socket.connection.record.items()] == ["", b"\x00\xff"]
    assert [entry.payload for entry in socket.connection.journal.of(Happening.SENT)] == ["hello"]


def test_a_worker_socket_is_open_with_its_first_message(socket: PageWebSocket) -> None:
    tell(socket, "in", text="a")
    tell(socket, "in", text="b")
    assert socket.connection.is_open
    assert socket.connection.openings == 1


@pytest.mark.parametrize(
    ("fields", "by", "is_error", "text"),
    [
        (
            {"code": 1000, "reason": "", "by": "server"},
            "server",
            False,
            "closed by the server with 1000 (OK); it never was open",
        ),
        (
            {"code": 1011, "reason": "", "by": "server"},
            "server",
            True,
            "closed by the server with 1011 (internal error); it never was open",
        ),
        (
            {"code": 4001, "reason": "bye", "by": "server"},
            "server",
            False,
            "closed by the server with 4001 (private use) 'bye'; it never was open",
        ),
        (
            {"code": 1005, "reason": "", "by": "page"},
            "us",
            False,
            "closed by the page with 1005 (no status received); it never was open",
        ),
        (
            {"code": 1006, "reason": "", "by": "network"},
            "network",
            True,
            "closed without a close frame: 1006 (abnormal closure); it never was open",
        ),
        ({}, "network", False, "closed (the close code of a worker's socket is not visible); it never was open"),
        ({"by": "gone", "text": "the page was closed"}, "us", False, "closed: the page was closed; it never was open"),
        (
            {"by": "failure", "text": "the page crashed"},
            "network",
            True,
            "closed: the page crashed; it never was open",
        ),
        (
            {"by": "navigation"},
            "us",
            False,
            "closed with its document: the page was left or reloaded; it never was open",
        ),
    ],
)
def test_the_end_of_a_socket_is_told_with_its_cause(
    socket: PageWebSocket, fields: dict[str, object], by: str, is_error: bool, text: str
) -> None:
    tell(socket, "close", **fields)
    ending = socket.connection.ending
    assert ending is not None
    assert (ending.by, ending.code, ending.is_error) == (by, fields.get("code"), is_error)
    assert ending.text == text
    assert bool(socket.connection.errors) is is_error


def test_the_end_of_an_open_stream_tells_how_long_it_lived(source: PageEventStream) -> None:
    tell(source, "ready")
    tell(source, "event", type="message", data="x", id="")
    tell(source, "close", by="page")
    assert source.connection.ending is not None
    assert source.connection.ending.text.startswith("closed by the page after 0")
    assert source.connection.ending.text.endswith("seconds and 1 event")


def test_nothing_is_recorded_after_the_end(socket: PageWebSocket) -> None:
    tell(socket, "close", code=1000, reason="", by="server")
    tell(socket, "in", text="late")
    socket.end("closed: the capture was stopped", is_error=True)
    assert socket.connection.record.last == 0
    assert not socket.connection.errors


def test_a_network_error_is_told_once(socket: PageWebSocket) -> None:
    tell(socket, "error", text="Unexpected response code: 403")
    tell(socket, "close", code=1006, reason="", by="network")
    assert [str(error) for error in socket.connection.errors] == ["'page-websocket-1': Unexpected response code: 403."]


def test_events_of_an_event_source_keep_type_and_id(source: PageEventStream) -> None:
    tell(source, "ready")
    tell(source, "event", type="tick", data='{"n": 1}', id="id-1")
    [event] = source.connection.record.items()
    assert (event.event, event.data, event.id, event.retry) == ("tick", '{"n": 1}', "id-1", None)


def test_a_lost_event_source_is_reconnecting_with_an_error(source: PageEventStream) -> None:
    tell(source, "ready")
    tell(source, "retry")
    assert source.connection.state is State.RECONNECTING
    tell(source, "ready")
    assert source.connection.is_open
    assert source.connection.openings == 2
    assert len(source.connection.errors) == 1


def test_a_fetched_stream_is_parsed_whatever_the_chunks(source: PageEventStream) -> None:
    tell(source, "ready", status=200)
    for chunk in ("\ufeff: hi\nid: 7\neve", "nt: tick\ndata: é\n", "\ndata: next\n\n"):
        tell(source, "chunk", text=chunk)
    assert [(event.event, event.data, event.id) for event in source.connection.record.items()] == [
        ("tick", "é", "7"),
        ("message", "next", "7"),
    ]
    assert [entry.payload for entry in source.connection.journal.of(Happening.COMMENT)] == ["hi"]


def test_a_fetched_stream_beyond_a_limit_ends(source: PageEventStream) -> None:
    tell(source, "ready", status=200)
    tell(source, "chunk", text="data: fine\n\n")
    tell(source, "chunk", text="data: " + "x" * (2**24 + 1))
    assert source.connection.record.last == 1
    assert source.connection.is_over
    assert source.connection.errors


def test_the_handshake_is_noted_without_secrets(socket: PageWebSocket) -> None:
    tell(
        socket,
        "handshake",
        status=101,
        headers=[["Set-Cookie", "id=secret-answer"], ["Server", "x"]],
        requestHeaders=[["Cookie", "id=secret-request"], ["Origin", "http://site"]],
    )
    [entry] = socket.connection.journal.of(Happening.OPENED)
    assert entry.text == "handshake answered with HTTP 101"
    assert entry.facts["headers"] == {"Set-Cookie": "<secret>", "Server": "x"}
    assert entry.facts["request_headers"] == {"Cookie": "<secret>", "Origin": "http://site"}
    assert socket.connection.secrets.mask("id=secret-request") == "<secret>"
    assert socket.connection.state is State.CONNECTING


def test_an_unknown_kind_of_event_changes_nothing(socket: PageWebSocket) -> None:
    tell(socket, "new in a later version")
    assert socket.connection.state is State.CONNECTING


async def test_a_captured_socket_is_read_only(socket: PageWebSocket) -> None:
    for attempt in (socket.send("x"), socket.ping()):
        with pytest.raises(WrongUse, match="'page-websocket-1' belongs to the page, so nothing can be sent on it"):
            await attempt


async def test_disconnecting_a_captured_stream_only_stops_following(socket: PageWebSocket) -> None:
    tell(socket, "ready")
    await socket.disconnect(1000, "bye")
    assert socket.connection.ending is not None
    assert socket.connection.ending.by == "us"
    assert "the page's own stream goes on" in socket.connection.ending.text
