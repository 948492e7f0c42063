"""The WebSocket tester against servers that behave, and that do not."""

import asyncio
import gc
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from atest.servers.certificates import authority, ca_file, client_files
from atest.servers.fault_server import FaultServer
from atest.servers.wire import Exchange, Opcode, close_frame, text_frame, upgrade
from RealtimeLibrary.core.connection import State
from RealtimeLibrary.core.errors import (
    CannotConnect,
    ClosedWhileWaiting,
    ConnectionClosed,
    HandshakeRejected,
    InvalidArgument,
    PeerViolation,
    TimedOut,
    WrongUse,
)
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.websocket.receiving import CuttingConnection, ParsingConnection
from RealtimeLibrary.core.websocket.tester import WebSocketTester
from utest.core.websocket.scripted_websocket import ScriptedServer, close_with, drop, reject_with, say_then_drop, stay


@pytest.fixture(scope="module")
def faults() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture(autouse=True)
def short_close_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits long for a peer that does not answer a close frame."""
    monkeypatch.setattr("RealtimeLibrary.core.websocket.link.CLOSE_TIMEOUT", 0.1)


def happenings(tester: WebSocketTester) -> list[Happening]:
    return [entry.what for entry in tester.connection.journal]


# Connecting and disconnecting


async def test_what_came_with_the_handshake_is_recorded_after_the_opening() -> None:
    async with ScriptedServer(stay) as server, WebSocketTester() as tester:
        await tester.connect(server.url)
        assert (await tester.wait_for_message()).raw == "hello"
        assert happenings(tester)[:2] == [Happening.CONNECTING, Happening.OPENED]


async def test_disconnecting_is_answered_and_no_error() -> None:
    async with ScriptedServer(stay) as server, WebSocketTester() as tester:
        await tester.connect(server.url)
        await tester.disconnect(4000, "enough")
        assert (tester.state, tester.close_code, tester.close_reason) == (State.CLOSED, 4000, "enough")
        tester.assert_no_error()
        assert server.exchanges[0].frames[-1].payload == b"\x0f\xa0enough"


async def test_a_server_that_does_not_answer_the_close_is_left(faults: FaultServer) -> None:
    async with WebSocketTester() as tester:
        await tester.connect(f"ws://{faults.address}/ws-close-unanswered")
        await tester.disconnect()
        assert tester.connection.ending is not None
        assert tester.connection.ending.text.endswith("not answered by the server")
        tester.assert_no_error()


async def test_a_cancelled_disconnect_closes_at_once(faults: FaultServer) -> None:
    tester = WebSocketTester()
    await tester.connect(f"ws://{faults.address}/ws-close-unanswered")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await tester.disconnect()
    await tester.assert_connection_closed(timeout=1)


async def test_a_tester_can_connect_again() -> None:
    async with ScriptedServer(say_then_drop("one"), stay) as server, WebSocketTester() as tester:
        await tester.connect(server.url)
        await tester.assert_connection_closed()
        await tester.connect(server.url)
        assert (await tester.wait_for_message()).raw == "hello"
        tester.assert_no_error()


async def test_connecting_twice_is_an_error() -> None:
    async with ScriptedServer(stay) as server, WebSocketTester() as tester:
        await tester.connect(server.url)
        with pytest.raises(WrongUse, match="is already connected"):
            await tester.connect(server.url)


async def test_a_failed_connect_is_raised_and_among_the_errors() -> None:
    tester = WebSocketTester(alias="chat")
    with pytest.raises(CannotConnect, match=r"Cannot connect 'chat' to ws://127.0.0.1:1/: connection refused"):
        await tester.connect("ws://127.0.0.1:1/")
    assert [type(error) for error in tester.errors] == [CannotConnect]
    assert tester.state is State.CLOSED


async def test_a_connect_timeout_tells_how_far_it_got(faults: FaultServer) -> None:
    with pytest.raises(TimedOut, match="TCP connected, but the answer to the opening handshake is not complete"):
        await WebSocketTester(connect_timeout=0.5).connect(f"ws://{faults.address}/headers-never-end")


async def test_a_cancelled_connect_leaves_nothing_open(faults: FaultServer) -> None:
    tester = WebSocketTester()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await tester.connect(f"ws://{faults.address}/never-answers")
    assert tester.state is State.CLOSED
    gc.collect()  # an open socket would warn here


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"X-A": "one\r\nX-B: two"}, "Header 'X-A' contains a line break"),
        ({"X A": "one"}, "Header name 'X A' contains a character"),
        ({"X-A": "grün"}, "Header 'X-A' contains a character that is not ASCII"),
        ({"Host": "other"}, "Header 'Host' cannot be given: the URL sets it"),
        ({"Sec-WebSocket-Protocol": "v1"}, "Header 'Sec-WebSocket-Protocol' cannot be given: use subprotocols="),
    ],
)
async def test_headers_that_break_the_handshake_are_refused(headers: dict[str, str], text: str) -> None:
    with pytest.raises(InvalidArgument, match=text):
        await WebSocketTester(headers=headers).connect("ws://127.0.0.1:1/")


@pytest.mark.parametrize(("code", "reason"), [(1005, ""), (1006, ""), (999, ""), (5000, ""), (1000, "ä" * 62)])
async def test_a_close_that_cannot_be_sent_is_refused(code: int, reason: str) -> None:
    with pytest.raises(InvalidArgument):
        await WebSocketTester().disconnect(code, reason)


# The opening handshake


async def test_headers_origin_and_cookies_are_sent() -> None:
    headers = {"Cookie": "session=abc", "Authorization": "Bearer token-123"}
    async with ScriptedServer(stay) as server, WebSocketTester(headers=headers) as tester:
        await tester.connect(server.url, origin="https://app.test")
        sent = server.requests[0].headers
        assert (sent["cookie"], sent["authorization"]) == ("session=abc", "Bearer token-123")
        assert sent["origin"] == "https://app.test"
        assert "sec-websocket-extensions" not in sent


async def test_compression_is_offered_when_asked_for() -> None:
    async with ScriptedServer(stay) as server, WebSocketTester(compression="deflate") as tester:
        await tester.connect(server.url)
        assert "permessage-deflate" in server.requests[0].headers["sec-websocket-extensions"]


async def test_the_agreed_subprotocol_is_known() -> None:
    async def choose(exchange: Exchange) -> None:
        await exchange.send(upgrade(exchange.request, sec_websocket_protocol="v2"))
        await exchange.finish()

    async with ScriptedServer(choose) as server, WebSocketTester(subprotocols=["v1", "v2"]) as tester:
        await tester.connect(server.url)
        assert tester.subprotocol == "v2"


async def test_a_server_that_chooses_no_subprotocol_is_refused() -> None:
    async with ScriptedServer(stay) as server, WebSocketTester(alias="chat", subprotocols=["v1", "v2"]) as tester:
        with pytest.raises(HandshakeRejected, match="'chat' chose none of the subprotocols; offered: 'v1', 'v2'"):
            await tester.connect(server.url)


async def test_a_redirect_is_followed_but_takes_no_credentials_to_another_origin(faults: FaultServer) -> None:
    headers = {"Authorization": "Bearer token-123", "Cookie": "session=abc", "X-Api-Key": "key-4711", "X-Kept": "yes"}
    secrets = Secrets()
    secrets.add("key-4711")
    async with ScriptedServer(stay) as server, WebSocketTester(headers=headers, secrets=secrets) as tester:
        await tester.connect(f"ws://{faults.address}/redirect?to={server.url}")
        sent = server.requests[0].headers
        assert sent["x-kept"] == "yes"
        assert sent.keys().isdisjoint({"authorization", "cookie", "x-api-key"})
        assert tester.url == server.url
        texts = [entry.text for entry in tester.connection.journal.of(Happening.CONNECTING)]
        assert texts[-1] == f"redirected to {server.url}, without Authorization, Cookie, X-Api-Key"


async def test_a_redirect_to_the_same_origin_keeps_credentials(faults: FaultServer) -> None:
    async with WebSocketTester(headers={"Authorization": "Bearer token-123"}) as tester:
        await tester.connect(f"ws://{faults.address}/redirect")
        assert faults.get_received_requests("ws-echo")[-1].headers["authorization"] == "Bearer token-123"
        assert tester.url == f"ws://{faults.address}/ws-echo"


# Proxies


async def test_loopback_is_reached_without_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "ws_proxy", "all_proxy", "socks_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with ScriptedServer(stay) as server, WebSocketTester() as tester:
        await tester.connect(server.url)


async def test_a_named_proxy_is_asked_also_for_loopback(faults: FaultServer) -> None:
    with pytest.raises(CannotConnect, match="refused with HTTP 407") as failure:
        await WebSocketTester(proxy=f"http://user:passw0rd@{faults.address}").connect("ws://proxy-407.localhost/")
    assert "passw0rd" not in str(failure.value)


# TLS


@pytest.fixture
def tls_server(request: pytest.FixtureRequest) -> Iterator[str]:
    server = FaultServer()
    yield server.start_fault_server(tls=request.param)
    server.stop_fault_server()


def with_tls(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("tls_server", [kind], indirect=True)


@with_tls("valid")
async def test_an_own_authority_is_trusted_when_named(tls_server: str) -> None:
    async with WebSocketTester(verify=ca_file()) as tester:
        await tester.connect(f"wss://{tls_server}/ws-echo")
        assert (await tester.wait_for_message()).type == "hello"


@with_tls("valid")
async def test_the_host_name_is_sent_in_the_tls_handshake(tls_server: str) -> None:
    async with WebSocketTester(verify=ca_file()) as tester:
        await tester.connect(f"wss://localhost:{tls_server.rpartition(':')[2]}/ws-echo")


@with_tls("untrusted")
async def test_an_unknown_authority_is_refused(tls_server: str) -> None:
    with pytest.raises(CannotConnect, match="certificate is not trusted: its issuer is unknown"):
        await WebSocketTester().connect(f"wss://{tls_server}/ws-echo")


@with_tls("untrusted")
async def test_verification_can_be_switched_off(tls_server: str) -> None:
    async with WebSocketTester(verify=False) as tester:
        await tester.connect(f"wss://{tls_server}/ws-echo")


@with_tls("expired")
async def test_an_expired_certificate_is_refused(tls_server: str) -> None:
    with pytest.raises(CannotConnect, match="certificate has expired"):
        await WebSocketTester(verify=ca_file()).connect(f"wss://{tls_server}/ws-echo")


@with_tls("wrong-host")
async def test_a_certificate_of_another_host_is_refused(tls_server: str) -> None:
    with pytest.raises(CannotConnect, match=r"certificate is not valid for the host '127.0.0.1'"):
        await WebSocketTester(verify=ca_file()).connect(f"wss://{tls_server}/ws-echo")


@with_tls("client-cert")
async def test_a_client_certificate_is_shown(tls_server: str) -> None:
    certificate, key = client_files()
    async with WebSocketTester(verify=ca_file(), client_cert=certificate, client_key=key) as tester:
        await tester.connect(f"wss://{tls_server}/ws-echo")


async def test_a_missing_client_certificate_is_told() -> None:
    """OpenSSL's own server sends the alert that asyncio's keeps to itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    authority().issue_cert("127.0.0.1").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        accepted, _ = listener.accept()
        with accepted, pytest.raises(ssl.SSLError), context.wrap_socket(accepted, server_side=True) as secured:
            secured.recv(1)

    thread = threading.Thread(target=refuse)
    thread.start()
    with pytest.raises(CannotConnect, match="client certificate"):
        await WebSocketTester(verify=ca_file()).connect(f"wss://127.0.0.1:{listener.getsockname()[1]}/")
    thread.join()
    listener.close()


async def test_a_redirect_to_tls_uses_the_named_authority(faults: FaultServer) -> None:
    secured = FaultServer()
    target = f"wss://{secured.start_fault_server(tls='valid')}/ws-echo"
    try:
        async with WebSocketTester(verify=ca_file()) as tester:
            await tester.connect(f"ws://{faults.address}/redirect?to={target}")
            assert tester.url == target
    finally:
        secured.stop_fault_server()


# Sending


async def test_on_connect_messages_are_sent_before_anything_else() -> None:
    async with ScriptedServer(stay) as server, WebSocketTester(on_connect=[{"op": "subscribe"}, "go"]) as tester:
        waiting = asyncio.ensure_future(tester.wait_for_connection())
        await tester.connect(server.url)
        await waiting
        await tester.send("later")
        await tester.disconnect()
        payloads = [frame.payload for frame in server.exchanges[0].frames if frame.opcode == Opcode.TEXT]
        assert payloads == [b'{"op":"subscribe"}', b"go", b"later"]


@pytest.mark.parametrize("message", ["text", b"bytes", {"a": [1]}])
async def test_sending_now_and_sending_are_the_same_on_the_wire(message: object) -> None:
    async with ScriptedServer(stay) as server, WebSocketTester() as tester:
        await tester.connect(server.url)
        await tester.send(message)
        tester.send_now(message)
        await tester.disconnect()
        first, second, _ = server.exchanges[0].frames
        assert first == second
        assert happenings(tester).count(Happening.SENT) == 2


async def test_sending_on_a_closed_connection_tells_how_it_ended() -> None:
    async with ScriptedServer(close_with(1013, "later")) as server, WebSocketTester() as tester:
        await tester.connect(server.url)
        await tester.assert_connection_closed()
        for send in (tester.send("x"), asyncio.to_thread(lambda: None)):
            if asyncio.iscoroutine(send) and send.__name__ == "send":
                with pytest.raises(
                    ConnectionClosed, match=r"closed by the server with 1013 \(try again later\) 'later'"
                ):
                    await send
            else:
                await send
        with pytest.raises(ConnectionClosed, match="1013"):
            tester.send_now("x")


async def test_a_ping_returns_the_round_trip_time() -> None:
    async with ScriptedServer(stay) as server, WebSocketTester() as tester:
        await tester.connect(server.url)
        assert 0 < await tester.ping("are you there") < 5
        assert happenings(tester)[-2:] == [Happening.PING_SENT, Happening.PONG]


async def test_a_ping_without_pong_fails_in_time(faults: FaultServer) -> None:
    async with WebSocketTester(alias="chat") as tester:
        await tester.connect(f"ws://{faults.address}/ws-half-open")
        with pytest.raises(TimedOut, match=r"No pong on 'chat' within 0.05 seconds"):
            await tester.ping(timeout=0.05)


async def test_two_pings_with_the_same_payload_are_an_error(faults: FaultServer) -> None:
    async with WebSocketTester() as tester:
        await tester.connect(f"ws://{faults.address}/ws-half-open")
        first = asyncio.ensure_future(tester.ping("same", timeout=0.1))
        await asyncio.sleep(0)
        with pytest.raises(InvalidArgument, match="waits for its pong already"):
            await tester.ping("same")
        with pytest.raises(TimedOut):
            await first


# Endings


@pytest.mark.parametrize("last", [close_frame(1000), close_frame(4001), b""], ids=["1000", "4001", "no close frame"])
async def test_a_wait_ends_with_the_connection(last: bytes) -> None:
    """Within 50 ms; a busy machine has some tries."""
    release = asyncio.Event()
    ended = 0.0

    async def end_later(exchange: Exchange) -> None:
        nonlocal ended
        await exchange.send(upgrade(exchange.request))
        await release.wait()
        ended = time.monotonic()
        await exchange.send(last)

    delays: list[float] = []
    async with ScriptedServer(end_later) as server, WebSocketTester() as tester:
        while len(delays) < 10 and min(delays, default=1.0) > 0.05:
            release.clear()
            await tester.connect(server.url)
            waiting = asyncio.ensure_future(tester.wait_for_message())
            await asyncio.sleep(0)
            release.set()
            with pytest.raises(ClosedWhileWaiting):
                await waiting
            delays.append(time.monotonic() - ended)
    assert min(delays) < 0.05


async def test_a_wait_ends_with_the_close_frame_also_if_tcp_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("RealtimeLibrary.core.websocket.link.CLOSE_TIMEOUT", 30.0)

    async def close_and_stay(exchange: Exchange) -> None:
        await exchange.send(upgrade(exchange.request).encode() + close_frame(1001))
        await asyncio.Event().wait()

    async with ScriptedServer(close_and_stay) as server, WebSocketTester() as tester:
        await tester.connect(server.url)
        await tester.assert_connection_closed(timeout=2, code=1001)


async def test_a_stopped_peer_is_detected_by_pings(faults: FaultServer) -> None:
    async with WebSocketTester(ping_interval=0.05, ping_timeout=0.1) as tester:
        begun = time.monotonic()
        await tester.connect(f"ws://{faults.address}/ws-half-open")
        await tester.assert_connection_closed(timeout=2)
        assert time.monotonic() - begun < 0.05 + 0.1 + 1.0  # not the time for an answer to a close frame
        assert tester.connection.ending is not None
        assert tester.connection.ending.text.endswith("no pong within 0.1 seconds")


@pytest.mark.parametrize(
    "fault",
    [
        "ws-bad-utf8",
        "ws-close-bad-utf8",
        "ws-close-one-byte",
        "ws-reserved-bits",
        "ws-bad-opcode",
        "ws-masked",
        "ws-stray-continuation",
        "ws-unfinished-message",
        "ws-fragmented-ping",
        "ws-long-ping",
        "ws-bad-deflate",
        "ws-too-big?bytes=5000",
        "ws-deflate-bomb?bytes=1000000",
    ],
)
async def test_a_violation_ends_the_connection_and_is_an_error(faults: FaultServer, fault: str) -> None:
    async with WebSocketTester(compression="deflate", max_size=4000) as tester:
        await tester.connect(f"ws://{faults.address}/{fault}", auto_reconnect=True)
        await tester.assert_connection_closed()
        assert [type(error) for error in tester.errors] == [PeerViolation]
        assert tester.messages[0].type == "hello"


async def test_more_fragments_than_websockets_allows_are_one_message(faults: FaultServer) -> None:
    async with WebSocketTester() as tester:
        await tester.connect(f"ws://{faults.address}/ws-fragments?count=5000")
        await tester.wait_for_messages(2)
        assert tester.messages[1].size == 5_000


@pytest.mark.parametrize("fault", ["ws-fin", "ws-reset"])
async def test_a_lost_connection_is_an_error(faults: FaultServer, fault: str) -> None:
    async with WebSocketTester() as tester:
        await tester.connect(f"ws://{faults.address}/{fault}")
        await tester.assert_connection_closed()
        assert tester.close_code == 1006
        assert [type(error) for error in tester.errors] == [ConnectionClosed]


# Reconnection

FAST = {"auto_reconnect": True, "reconnect_delay": 0.001}


async def test_a_lost_connection_is_restored_and_waits_go_on() -> None:
    async with (
        ScriptedServer(say_then_drop("one", "two"), stay) as server,
        WebSocketTester(on_connect=["again"], **FAST) as tester,
    ):
        await tester.connect(server.url)
        texts = [message.raw for message in await tester.wait_for_messages(3)]
        assert texts == ["one", "two", "hello"]
        assert [message.number for message in tester.messages] == [1, 2, 3]
        assert [type(error) for error in tester.errors] == [ConnectionClosed]
        reconnecting = tester.connection.journal.of(Happening.RECONNECTING)[0]
        assert reconnecting.text.startswith("attempt 1 of 3 in 0.001 seconds: closed with 1006")
        await tester.disconnect()
        assert [exchange.frames[0].payload for exchange in server.exchanges if exchange.frames] == [b"again"]


async def test_between_two_attempts_it_is_reconnecting_and_not_open() -> None:
    async with (
        ScriptedServer(drop) as server,
        WebSocketTester(auto_reconnect=True, reconnect_delay=30) as tester,
    ):
        await tester.connect(server.url)
        async with asyncio.timeout(5):
            while tester.state is not State.RECONNECTING:
                assert tester.state is State.OPEN
                await asyncio.sleep(0)
        with pytest.raises(ConnectionClosed, match="was lost and is reconnecting"):
            await tester.send("x")
        await tester.disconnect()
        assert tester.state is State.CLOSED


async def test_a_server_that_accepts_and_drops_uses_up_the_attempts() -> None:
    async with ScriptedServer(drop) as server, WebSocketTester(**FAST, reconnect_attempts=3) as tester:
        await tester.connect(server.url)
        with pytest.raises(ClosedWhileWaiting):
            await tester.wait_for_message()
        assert len(server.requests) == 4
        assert tester.connection.ending is not None
        story = "gave up after 3 reconnection attempts: 1: closed again at once; 2: closed again at once; 3: closed"
        assert story in tester.connection.ending.text


async def test_messages_make_attempts_count_anew() -> None:
    scenes = [say_then_drop(str(number)) for number in range(5)]
    async with ScriptedServer(*scenes, stay) as server, WebSocketTester(**FAST, reconnect_attempts=1) as tester:
        await tester.connect(server.url)
        assert [message.raw for message in await tester.wait_for_messages(6)] == ["0", "1", "2", "3", "4", "hello"]


async def test_refused_attempts_are_listed_when_it_gives_up() -> None:
    async with WebSocketTester(**FAST, reconnect_attempts=2) as tester:
        async with ScriptedServer(say_then_drop("one")) as server:
            await tester.connect(server.url, reconnect_delay=0.05)
            await tester.wait_for_message()
        await tester.assert_connection_closed()
        assert tester.connection.ending is not None
        text = tester.connection.ending.text
        assert "gave up after 2 reconnection attempts: 1: Cannot connect" in text
        assert text.count("connection refused") == 2
        assert len(tester.errors) == 3


async def test_the_delay_grows_with_the_backoff() -> None:
    options = {"auto_reconnect": True, "reconnect_delay": 0.02, "reconnect_backoff": 3, "reconnect_attempts": 3}
    async with ScriptedServer(drop) as server, WebSocketTester(**options) as tester:
        await tester.connect(server.url)
        await tester.assert_connection_closed()
        times = [entry.at for entry in tester.connection.journal.of(Happening.CONNECTING)]
        waits = [later - earlier for earlier, later in pairwise(times)]
        delays = [entry.facts["delay"] for entry in tester.connection.journal.of(Happening.RECONNECTING)]
        assert delays == pytest.approx([0.02, 0.06, 0.18])
        assert all(wait >= delay for wait, delay in zip(waits, delays, strict=True))


@pytest.mark.parametrize("code", [1008, 4000, 4999])
async def test_a_policy_close_is_not_retried(code: int) -> None:
    async with ScriptedServer(close_with(code)) as server, WebSocketTester(**FAST) as tester:
        await tester.connect(server.url)
        await tester.assert_connection_closed(code=code)
        assert len(server.requests) == 1


async def test_a_policy_close_is_retried_when_asked_for() -> None:
    async with ScriptedServer(close_with(4001), stay) as server, WebSocketTester(**FAST) as tester:
        await tester.connect(server.url, reconnect_on=[4001])
        assert (await tester.wait_for_message()).raw == "hello"


async def test_a_rejected_handshake_is_not_retried() -> None:
    async with (
        ScriptedServer(say_then_drop("one"), reject_with("503 Busy"), stay) as server,
        WebSocketTester(**FAST) as tester,
    ):
        await tester.connect(server.url)
        await tester.assert_connection_closed()
        assert len(server.requests) == 2
        assert tester.connection.ending is not None
        assert "HTTP 503 Busy" in tester.connection.ending.text


async def test_a_rejected_handshake_is_retried_when_asked_for() -> None:
    async with (
        ScriptedServer(say_then_drop("one"), reject_with("503 Busy"), stay) as server,
        WebSocketTester(**FAST, reconnect_on=[503]) as tester,
    ):
        await tester.connect(server.url)
        assert [message.raw for message in await tester.wait_for_messages(2)] == ["one", "hello"]


async def test_disconnecting_ends_reconnecting() -> None:
    async with ScriptedServer(drop) as server, WebSocketTester(**FAST, reconnect_attempts=1000) as tester:
        await tester.connect(server.url)
        await asyncio.sleep(0.02)
        await tester.disconnect()
        assert tester.state is State.CLOSED
        await asyncio.sleep(0.02)  # an attempt on its way at the disconnect may still reach the server
        asked = len(server.requests)
        await asyncio.sleep(0.05)
        assert len(server.requests) == asked


async def test_a_message_sent_right_after_the_close_frame_is_not_received() -> None:
    async def close_and_talk(exchange: Exchange) -> None:
        await exchange.send(upgrade(exchange.request).encode() + close_frame(1000) + text_frame("late"))

    async with ScriptedServer(close_and_talk) as server, WebSocketTester() as tester:
        await tester.connect(server.url)
        await tester.assert_connection_closed(code=1000)
        assert len(tester.messages) == 0


@pytest.mark.parametrize("missing", ["needs_of_protocol", "needs_of_connection"])
async def test_it_works_with_a_websockets_that_lacks_what_the_fast_path_uses(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CuttingConnection, missing, frozenset({"a_name_that_is_gone"}))
    if missing == "needs_of_connection":
        monkeypatch.setattr(ParsingConnection, missing, frozenset({"a_name_that_is_gone"}))
    async with (
        ScriptedServer(say_then_drop("one"), stay) as server,
        WebSocketTester(on_connect=["first"], **FAST) as tester,
    ):
        await tester.connect(server.url)
        assert [message.raw for message in await tester.wait_for_messages(2)] == ["one", "hello"]
        tester.send_now("now")
        await tester.send("later")
        assert await tester.ping() > 0
        await tester.disconnect()
        assert tester.close_code == 1000
        assert len(tester.errors) == 1
        texts = [frame.payload for frame in server.exchanges[1].frames if frame.opcode == Opcode.TEXT]
        assert texts == [b"first", b"now", b"later"]
