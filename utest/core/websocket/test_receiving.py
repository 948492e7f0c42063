"""The recording connections, fed with bytes."""

import asyncio
import logging
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidState
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Opcode
from websockets.uri import parse_uri

from RealtimeLibrary.core.websocket import receiving
from RealtimeLibrary.core.websocket.receiving import (
    CuttingConnection,
    ParsingConnection,
    QueuedConnection,
    recording_connection,
)
from utest.core.websocket.peer import Peer, Recorder

MISSING = frozenset({"a_name_that_is_gone"})


@pytest.fixture(params=["cutting", "parsing"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test on both paths."""
    if request.param == "parsing":
        monkeypatch.setattr(CuttingConnection, "needs_of_protocol", MISSING)
    return str(request.param)


def close_frame(code: int, reason: str = "") -> bytes:
    return struct.pack("!H", code) + reason.encode()


def unsafe(opcode: int, data: bytes) -> bytes:
    """A short frame that nobody checked."""
    return bytes([0x80 | opcode, len(data)]) + data


# Choosing the path


async def test_the_fastest_path_is_taken() -> None:
    assert type(Peer().connection) is CuttingConnection


async def test_a_missing_name_of_the_protocol_takes_the_next_path(path: str) -> None:
    expected = {"cutting": CuttingConnection, "parsing": ParsingConnection}
    assert type(Peer().connection) is expected[path]


async def test_a_missing_name_of_the_connection_takes_the_documented_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ParsingConnection, "needs_of_connection", MISSING)
    assert type(Peer().connection) is QueuedConnection


@pytest.mark.parametrize("name", sorted(ParsingConnection.needs_of_connection))
async def test_every_name_of_the_connection_is_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Without:
        """websockets' connection without one name."""

    for other in ParsingConnection.needs_of_connection - {name}:
        setattr(Without, other, None)
    protocol = ClientProtocol(parse_uri("ws://peer/"))
    assert ParsingConnection.is_supported(protocol)
    monkeypatch.setattr(receiving, "ClientConnection", Without)
    assert not ParsingConnection.is_supported(protocol)


@pytest.mark.parametrize("name", sorted(CuttingConnection.needs_of_protocol))
def test_every_name_of_the_protocol_is_checked(name: str) -> None:
    class Without:
        """websockets' protocol without one name."""

    for other in CuttingConnection.needs_of_protocol - {name}:
        setattr(Without, other, None)
    assert not CuttingConnection.is_supported(Without())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["remote_no_context_takeover", "remote_max_window_bits", "decoder"])
async def test_without_a_name_of_the_extension_messages_still_arrive(name: str) -> None:
    peer = Peer(deflate={})
    answer = await peer.answer()
    hide = pytest.MonkeyPatch()
    kept = PerMessageDeflate.__init__

    def init_without(extension: PerMessageDeflate, *args: object) -> None:
        kept(extension, *args)  # type: ignore[arg-type]
        hidden.append(extension)

    hidden: list[PerMessageDeflate] = []
    hide.setattr(PerMessageDeflate, "__init__", init_without)
    hide.setattr(receiving, "hasattr", lambda thing, wanted: wanted != name and hasattr(thing, wanted), raising=False)
    peer.feed(answer)
    hide.undo()
    peer.feed(peer.text("one"), peer.text("two"))
    assert hidden
    assert peer.sink.events == ["one", "two"]


async def test_the_log_of_websockets_shows_every_frame_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "websockets.client")
    peer = await Peer().open()
    peer.feed(peer.text("in the log"))
    assert peer.sink.events == ["in the log"]
    assert "< TEXT 'in the log'" in caplog.text


# Messages


async def test_messages_after_the_handshake_in_the_same_read_are_recorded(path: str) -> None:
    peer = Peer()
    peer.feed(await peer.answer(peer.text("first") + peer.text("second")[:4]), peer.text("second")[4:])
    assert peer.sink.events == ["first", "second"]


async def test_the_handshake_may_come_byte_by_byte(path: str) -> None:
    peer = Peer()
    answer = await peer.answer(peer.text("a"))
    peer.feed(*(answer[i : i + 1] for i in range(len(answer))))
    assert peer.sink.events == ["a"]


async def test_a_batch_tells_its_size(path: str) -> None:
    peer = await Peer().open()
    peer.feed(peer.text("grün"), peer.frame(Opcode.BINARY, b"123"))
    assert peer.sink.size == 8


async def test_pings_are_answered_and_recorded_in_order(path: str) -> None:
    peer = await Peer().open()
    peer.feed(peer.text("a") + peer.frame(Opcode.PING, b"?") + peer.text("b"))
    assert peer.sink.events == ["a", ("ping", b"?"), "b"] if path == "cutting" else peer.sink.events
    assert peer.frames_sent() == [(Opcode.PONG, b"?")]


async def test_pongs_complete_pings(path: str) -> None:
    peer = await Peer().open()
    pong = await peer.connection.ping(b"!")
    peer.feed(peer.frame(Opcode.PONG, b"!"))
    assert await pong >= 0
    assert peer.sink.events == [("pong", b"!")]


async def test_more_fragments_than_websockets_allows_make_a_message(path: str) -> None:
    peer = await Peer().open()
    peer.feed(peer.frame(Opcode.TEXT, b"<", fin=False))
    peer.feed(peer.frame(Opcode.CONT, b"x", fin=False) * 5_000)
    peer.feed(peer.frame(Opcode.CONT, b">") + peer.text("next"))
    assert peer.sink.messages == [f"<{'x' * 5_000}>", "next"]


async def test_messages_received_while_closing_are_recorded(path: str) -> None:
    peer = await Peer().open()
    peer.feed(peer.text("half a message")[:5])
    closing = asyncio.ensure_future(peer.connection.close())
    await asyncio.sleep(0)
    peer.feed(peer.text("half a message")[5:] + peer.text("last"), peer.frame(Opcode.CLOSE, close_frame(1000)))
    peer.lose()
    await closing
    assert peer.sink.events == ["half a message", "last", ("ended",)]


@pytest.mark.parametrize("server", [{}, {"server_no_context_takeover": True}, {"server_max_window_bits": 9}])
async def test_compressed_messages_whole_and_fragmented(path: str, server: dict[str, object]) -> None:
    peer = await Peer(deflate=server).open()
    peer.feed(peer.text("hello hello") + peer.frame(Opcode.TEXT, b"hello ", fin=False))
    peer.feed(peer.frame(Opcode.CONT, b"world") + peer.text("hello world"))
    assert peer.sink.events == ["hello hello", "hello world", "hello world"]


# Endings


@pytest.mark.parametrize("code", [1000, 1008, 4001])
async def test_a_close_frame_ends_after_the_messages_before_it(path: str, code: int) -> None:
    peer = await Peer().open()
    payload = close_frame(code, "Bye")
    peer.feed(peer.text("last") + peer.frame(Opcode.CLOSE, payload) + peer.text("too late"))
    assert peer.sink.events == ["last", ("ended",)]
    assert peer.frames_sent() == [(Opcode.CLOSE, payload)]
    peer.lose()
    assert peer.connection.close_code == code
    assert peer.sink.endings == 1


async def test_a_close_inside_a_fragmented_message_is_answered_with_its_code() -> None:
    peer = await Peer().open()
    close = peer.frame(Opcode.CLOSE, close_frame(1000))
    peer.feed(peer.frame(Opcode.TEXT, b"half", fin=False) + close)
    assert peer.frames_sent() == [(Opcode.CLOSE, close_frame(1000))]
    assert peer.sink.events == [("ended",)]


FAULTS = [
    pytest.param(unsafe(1, b"\xff"), 1007, id="text is not UTF-8"),
    pytest.param(unsafe(1, b"ab\xc3"), 1007, id="text ends inside a character"),
    pytest.param(b"\x01\x01a\x00\x02\xff", 1007, id="second fragment is not UTF-8"),
    pytest.param(b"\x91\x00", 1002, id="reserved bit"),
    pytest.param(unsafe(3, b""), 1002, id="unknown opcode"),
    pytest.param(b"\x81\x81", 1002, id="masked"),
    pytest.param(b"\x80\x00", 1002, id="continuation of nothing"),
    pytest.param(b"\x01\x00\x81\x00", 1002, id="message inside a message"),
    pytest.param(b"\x09\x00", 1002, id="fragmented ping"),
    pytest.param(b"\x89\x7e\x00\x7e" + bytes(126), 1002, id="long ping"),
    pytest.param(unsafe(8, b"\x03"), 1002, id="short close"),
    pytest.param(unsafe(8, b"\x03\xe7"), 1002, id="close with 999"),
    pytest.param(unsafe(8, b"\x03\xe8\xff"), 1007, id="close reason is not UTF-8"),
    pytest.param(b"\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00", 1009, id="4 GiB"),
    pytest.param(b"\x01\x7e\x03\xe8" + bytes(1000) + b"\x80\x7e\x03\xe8", 1009, id="fragments together too big"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS)
async def test_a_fault_ends_with_its_code_after_the_messages_before_it(path: str, fault: bytes, code: int) -> None:
    peer = await Peer(max_size=1024).open()
    peer.feed(peer.text("good") + fault + peer.text("never seen"))
    assert peer.sink.events[-1] == ("ended",)
    assert peer.sink.messages == ["good"]
    ((opcode, payload),) = peer.frames_sent()
    assert (opcode, payload[:2]) == (Opcode.CLOSE, close_frame(code))
    assert peer.connection.protocol.parser_exc is not None


async def test_text_that_cannot_become_utf8_fails_before_its_frame_is_whole() -> None:
    peer = await Peer().open()
    peer.feed(b"\x81\x10caf\xf8")
    assert peer.frames_sent()[0][1].startswith(close_frame(1007))


async def test_a_deflate_bomb_ends_with_1009(path: str) -> None:
    peer = await Peer(deflate={}, max_size=100_000).open()
    peer.feed(peer.frame(Opcode.BINARY, bytes(10_000_000)))
    assert peer.frames_sent()[0][1].startswith(close_frame(1009))


@pytest.mark.parametrize("error", [None, ConnectionResetError(104, "reset")])
async def test_losing_the_connection_ends_once(path: str, error: Exception | None) -> None:
    peer = await Peer().open()
    peer.feed(peer.text("last") + peer.text("half")[:3])
    peer.lose(error)
    assert peer.sink.events == ["last", ("ended",)]


async def test_the_opening_is_told_before_what_follows_it(path: str) -> None:
    peer = Peer()
    peer.feed(await peer.answer(peer.frame(Opcode.CLOSE, b"")))
    assert peer.sink.openings == 1
    assert peer.sink.endings == 1


async def test_messages_can_be_sent_from_the_read_callback(path: str) -> None:
    peer = await Peer().open()
    connection = peer.connection
    assert isinstance(connection, ParsingConnection)
    connection.send_now("one")
    connection.send_now(b"two")
    assert peer.frames_sent() == [(Opcode.TEXT, b"one"), (Opcode.BINARY, b"two")]
    peer.lose()
    with pytest.raises(InvalidState):
        connection.send_now("late")


async def test_a_rejected_handshake_is_no_ending(path: str) -> None:
    peer = Peer()
    await peer.answer()
    peer.feed(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\n", b"no!\n")
    peer.lose()
    assert peer.sink.events == []
    assert peer.connection.response is not None
    assert peer.connection.response.body == b"no!\n"


async def test_a_server_that_keeps_tcp_open_after_its_close_is_cut_off(path: str) -> None:
    peer = await Peer(close_timeout=0.01).open()
    peer.feed(peer.frame(Opcode.CLOSE, close_frame(1000)))
    await asyncio.sleep(0.03)
    assert peer.transport.aborted


# Keepalive


async def test_a_peer_without_pong_is_given_up(path: str) -> None:
    peer = await Peer(ping_interval=0.01, ping_timeout=0.02).open()
    peer.connection.start_keepalive()
    async with asyncio.timeout(5):
        while not peer.transport.aborted:
            await asyncio.sleep(0.005)
    assert peer.sink.events == [("ended",)]
    assert str(peer.connection.protocol.parser_exc) == "no pong within 0.02 seconds"
    assert [opcode for opcode, _ in peer.frames_sent()] == [Opcode.PING, Opcode.CLOSE]


async def test_pings_go_on_while_pongs_come(path: str) -> None:
    peer = await Peer(ping_interval=0.001, ping_timeout=5).open()
    peer.connection.start_keepalive()
    async with asyncio.timeout(5):
        while peer.sink.events.count(("pong", b"")) < 3 and len(peer.sink.events) < 3:
            for opcode, payload in peer.frames_sent():
                assert opcode is Opcode.PING
                peer.feed(peer.frame(Opcode.PONG, payload))
            await asyncio.sleep(0)
    peer.lose()


async def test_without_ping_timeout_pongs_are_not_awaited(path: str) -> None:
    peer = await Peer(ping_interval=0.001, ping_timeout=None).open()
    peer.connection.start_keepalive()
    pings = 0
    async with asyncio.timeout(5):
        while pings < 3:
            await asyncio.sleep(0.001)
            pings += len(peer.frames_sent())
    peer.lose()
    assert peer.sink.events == [("ended",)]


# The documented path


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ParsingConnection, "needs_of_connection", MISSING)
    return


async def until(sink: Recorder, count: int) -> None:
    """Let the loop turn until this many things were received."""
    async with asyncio.timeout(5):
        while len(sink.events) < count:
            await asyncio.sleep(0.001)


@pytest.mark.usefixtures("queued")
async def test_the_documented_path_records_messages_and_the_end() -> None:
    peer = await Peer().open()
    peer.feed(peer.text("a") + peer.frame(Opcode.BINARY, b"b"), peer.frame(Opcode.CLOSE, close_frame(1000)))
    await until(peer.sink, 2)
    peer.lose()
    await until(peer.sink, 3)
    assert peer.sink.events == ["a", b"b", ("ended",)]
    assert peer.sink.openings == 1


@pytest.mark.usefixtures("queued")
async def test_the_documented_path_sends_in_order() -> None:
    peer = await Peer().open()
    connection = peer.connection
    assert isinstance(connection, QueuedConnection)
    connection.send_now("one")
    connection.send_now(b"two")
    await asyncio.sleep(0.01)
    assert peer.frames_sent() == [(Opcode.TEXT, b"one"), (Opcode.BINARY, b"two")]
    peer.lose()
    with pytest.raises(InvalidState):
        connection.send_now("late")
    await until(peer.sink, 1)


@pytest.mark.usefixtures("queued")
async def test_the_documented_path_knows_a_rejected_handshake() -> None:
    peer = Peer()
    await peer.answer()
    peer.feed(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    peer.lose()
    await asyncio.sleep(0.01)
    assert peer.sink.events == []
    assert peer.sink.openings == 0


# Any stream in any pieces

pieces = st.one_of(
    st.tuples(st.just("text"), st.text(max_size=200)),
    st.tuples(st.just("binary"), st.binary(max_size=200)),
    st.tuples(st.just("ping"), st.binary(max_size=125)),
    st.tuples(st.just("fragmented"), st.lists(st.text(max_size=20), min_size=2, max_size=4)),
)


def bytes_of(peer: Peer, kind: str, value: object) -> bytes:
    match kind, value:
        case "text", str(text):
            return peer.text(text)
        case "fragmented", [first, *middle, last]:
            ping = peer.frame(Opcode.PING, b"between")
            frames = [peer.frame(Opcode.TEXT, first.encode(), fin=False)]
            frames += [peer.frame(Opcode.CONT, part.encode(), fin=False) + ping for part in middle]
            return b"".join([*frames, peer.frame(Opcode.CONT, last.encode())])
        case _, bytes(data):
            return peer.frame(Opcode[kind.upper()], data)
    raise AssertionError(kind)


@given(st.lists(pieces, max_size=10), st.booleans(), st.data())
def test_any_split_of_a_valid_stream_gives_the_same_record(
    stream: list[tuple[str, object]], compress: bool, data: st.DataObject
) -> None:
    async def receive() -> Recorder:
        peer = Peer(deflate={} if compress else None)
        answer = await peer.answer()
        whole = answer + b"".join(bytes_of(peer, kind, value) for kind, value in stream)
        borders = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=20)))
        peer.feed(*(whole[a:b] for a, b in zip([0, *borders], [*borders, len(whole)], strict=True)))
        await peer.handshake
        return peer.sink

    sink = asyncio.run(receive())
    expected = ["".join(value) if kind == "fragmented" else value for kind, value in stream if kind != "ping"]
    assert sink.messages == expected
    assert sink.size == sum(len(m.encode() if isinstance(m, str) else m) for m in sink.messages)


async def test_the_factory_passes_the_options_on() -> None:
    protocol = ClientProtocol(parse_uri("ws://peer/"))
    connection = recording_connection(Recorder())(protocol, ping_interval=7)
    assert connection.ping_interval == 7
