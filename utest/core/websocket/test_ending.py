"""How connections end, told from bytes: every ending has its text, pinned here."""

import ssl

import pytest
from websockets.frames import Opcode

from RealtimeLibrary.core.ending import CODE_NAMES
from RealtimeLibrary.core.websocket.ending import Life, websocket_ending
from RealtimeLibrary.core.websocket.receiving import PingTimeout
from utest.core.websocket.peer import Peer

LIFE = Life(1.5, 3)


def close_frame(code: int, reason: str = "") -> bytes:
    return b"\x88" + bytes([2 + len(reason)]) + code.to_bytes(2) + reason.encode()


@pytest.mark.parametrize(
    ("code", "reason", "text", "is_error"),
    [
        (1000, "", "closed by the server with 1000 (OK) after 1.5 seconds and 3 messages", False),
        (1001, "", "closed by the server with 1001 (going away) after 1.5 seconds and 3 messages", False),
        (1008, "Bye", "closed by the server with 1008 (policy violation) 'Bye' after 1.5 seconds and 3 messages", True),
        (1011, "", "closed by the server with 1011 (internal error) after 1.5 seconds and 3 messages", True),
        (3000, "", "closed by the server with 3000 (registered use) after 1.5 seconds and 3 messages", False),
        (4001, "", "closed by the server with 4001 (private use) after 1.5 seconds and 3 messages", False),
    ],
)
async def test_a_close_of_the_server(code: int, reason: str, text: str, is_error: bool) -> None:
    peer = await Peer().open()
    peer.feed(close_frame(code, reason))
    ending = websocket_ending(peer.connection, LIFE)
    assert (ending.text, ending.by, ending.code, ending.reason) == (text, "server", code, reason)
    assert ending.is_error is is_error


async def test_a_close_without_a_code_is_1005() -> None:
    peer = await Peer().open()
    peer.feed(b"\x88\x00")
    ending = websocket_ending(peer.connection, LIFE)
    assert ending.text == "closed by the server with 1005 (no status received) after 1.5 seconds and 3 messages"
    assert (ending.code, ending.is_error) == (1005, False)


@pytest.mark.parametrize("code", sorted(CODE_NAMES.keys() - {1005, 1006, 1015}))
async def test_every_registered_code_has_a_name(code: int) -> None:
    peer = await Peer().open()
    peer.feed(close_frame(code))
    assert f"{code} ({CODE_NAMES[code]})" in websocket_ending(peer.connection, LIFE).text


async def test_a_close_of_ours_that_was_answered() -> None:
    peer = await Peer().open()
    peer.connection.protocol.send_close(1000, "done")
    peer.feed(close_frame(1000, "done"))
    ending = websocket_ending(peer.connection, LIFE)
    text = "closed by us with 1000 (OK) 'done' after 1.5 seconds and 3 messages, answered with 1000 (OK) 'done'"
    assert (ending.text, ending.by, ending.code) == (text, "us", 1000)


async def test_a_close_of_ours_that_was_not_answered() -> None:
    peer = await Peer().open()
    peer.connection.protocol.send_close(1000)
    peer.lose()
    ending = websocket_ending(peer.connection, LIFE)
    text = "closed by us with 1000 (OK) after 1.5 seconds and 3 messages: not answered by the server"
    assert (ending.text, ending.by, ending.code) == (text, "us", 1006)


BY_US = "after 1.5 seconds and 3 messages: the server"
FAULTS = [
    (b"\x81\x01\xff", f"1007 (invalid frame payload data) {BY_US} sent text that is not UTF-8 (invalid start byte)"),
    (b"\x81\x81", f"1002 (protocol error) {BY_US} broke the protocol: incorrect masking"),
    (b"\xa1\x00", f"1002 (protocol error) {BY_US} broke the protocol: reserved bits must be 0"),
    (b"\x88\x02\x03\xe7", f"1002 (protocol error) {BY_US} broke the protocol: invalid status code"),
    (b"\x82\x7e\x08\x00", f"1009 (message too big) {BY_US} sent a message of at least 2,048 bytes, the limit is 1,024"),
    (
        b"\x02\x7e\x04\x00" + bytes(1024) + b"\x80\x7e\x01\x00",
        f"1009 (message too big) {BY_US} sent a message of at least 1,280 bytes, the limit is 1,024",
    ),
    (b"\xc1\x01\xff", f"1002 (protocol error) {BY_US} sent a compressed message that cannot be decompressed"),
]


@pytest.mark.parametrize(("fault", "text"), FAULTS)
async def test_a_fault_of_the_server(fault: bytes, text: str) -> None:
    peer = await Peer(deflate={}, max_size=1024).open()
    peer.feed(fault)
    ending = websocket_ending(peer.connection, LIFE)
    assert ending.text == f"closed by us with {text}"
    assert (ending.by, ending.code, ending.is_error) == ("us", 1006, True)


@pytest.mark.parametrize("fragmented", [False, True])
async def test_a_deflate_bomb(*, fragmented: bool) -> None:
    peer = await Peer(deflate={}, max_size=1024).open()
    peer.feed(peer.frame(Opcode.BINARY, bytes(100_000), fin=not fragmented))
    expected = f"1009 (message too big) {BY_US} sent a compressed message that is larger than the limit of 1,024 bytes"
    assert websocket_ending(peer.connection, LIFE).text == f"closed by us with {expected}"


LOST = "closed with 1006 (abnormal closure) after 1.5 seconds and 3 messages: "


@pytest.mark.parametrize(
    ("before", "error", "text"),
    [
        (b"", None, "the server ended TCP without a close frame"),
        (b"\x81\x05he", None, "the server ended TCP in the middle of a frame without a close frame"),
        (b"", ConnectionResetError(104, ""), "the connection was reset without a close frame"),
        (b"", TimeoutError(110, ""), "the network did not get anything through any more"),
        (b"", ssl.SSLError(1, "SSLV3_ALERT_BAD_RECORD_MAC"), "TLS failed: sslv3 alert bad record mac"),
    ],
)
async def test_a_lost_connection(before: bytes, error: Exception | None, text: str) -> None:
    peer = await Peer().open()
    peer.feed(before)
    peer.lose(error)
    ending = websocket_ending(peer.connection, LIFE)
    assert (ending.text, ending.by, ending.code, ending.is_error) == (LOST + text, "network", 1006, True)


async def test_a_peer_that_does_not_answer_pings() -> None:
    peer = await Peer().open()
    peer.connection.protocol.fail(1011, "keepalive ping timeout")
    peer.connection.protocol.parser_exc = PingTimeout("no pong within 20 seconds")
    ending = websocket_ending(peer.connection, LIFE)
    assert (ending.text, ending.by) == (f"{LOST}no pong within 20 seconds", "network")


def test_a_short_life_is_never_no_time_at_all() -> None:
    assert str(Life(0.0, 1)) == "after 0.001 seconds and 1 message"
