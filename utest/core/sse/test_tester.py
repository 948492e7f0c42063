"""The SSE tester against scripted servers: what it asks, what it makes of answers, and how it comes back."""

import asyncio
import gzip
import zlib

import brotli
import pytest

from RealtimeLibrary.core.connection import State
from RealtimeLibrary.core.errors import (
    CannotConnect,
    ClosedWhileWaiting,
    ConnectionClosed,
    ExpectationFailed,
    HandshakeRejected,
    InvalidArgument,
    NotAnEventStream,
    NothingMatched,
    PeerViolation,
    TimedOut,
    UnexpectedMessage,
    WrongUse,
)
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.sse.tester import SSETester
from utest.core.sse.scripted_server import Peer, ScriptedServer, chunk, head, held, stream

RECONNECT = {"auto_reconnect": True, "reconnect_delay": 0}
EVENTS = "id: 1\nevent: tick\ndata: a\n\nid: 2\nretry: 30\ndata: b\n\n"


def told(tester: SSETester, *kinds: Happening) -> list[str]:
    return [entry.text for entry in tester.connection.journal.of(*kinds)]


async def ended(tester: SSETester) -> str:
    """How the stream ended for good."""
    await tester.assert_connection_closed()
    ending = tester.connection.ending
    assert ending is not None
    return ending.text


# Receiving...


async def test_events_are_recorded_with_type_data_id_and_retry():
    async with ScriptedServer(held(EVENTS)) as server, SSETester() as sse:
        await sse.connect(server.url)
        assert (await sse.wait_for_event("tick")).data == "a"
        second = await sse.wait_for_event()
        assert (second.number, second.event, second.data, second.id, second.retry) == (2, "message", "b", "2", 30)
        assert sse.last_event_id == "2"
        assert sse.reconnection_time == 0.03
        assert sse.is_connected
        sse.assert_no_error()


async def test_data_stay_text_when_asked():
    async with ScriptedServer(held('data: {"a": 1}\n\n')) as server, SSETester(parse_json=False) as sse:
        await sse.connect(server.url)
        event = await sse.wait_for_event()
        assert (event.parsed_data, event.payload) == (None, '{"a": 1}')


async def test_events_that_come_with_the_headers_are_recorded():
    async with ScriptedServer(stream(EVENTS)) as server, SSETester() as sse:
        await sse.connect(server.url)
        await ended(sse)
        assert [event.data for event in sse.events] == ["a", "b"]


async def test_comments_are_told_and_are_no_events():
    async with ScriptedServer(stream(": ping\n\n", ": pong\n\ndata: a\n\n")) as server, SSETester() as sse:
        await sse.connect(server.url)
        await ended(sse)
        comments = sse.connection.journal.of(Happening.COMMENT)
        assert [entry.payload for entry in comments] == ["ping", "pong"]
        assert len(sse.events) == 1


async def test_unfinished_event_at_the_end_is_told():
    async with ScriptedServer(stream("data: a\n\ndata: b\n")) as server, SSETester() as sse:
        await sse.connect(server.url)
        assert (await ended(sse)).endswith("1 event received; an unfinished event was discarded")
        sse.assert_no_error()


@pytest.mark.parametrize(
    ("name", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("identity", bytes)],
)
async def test_content_codings(name: str, encode):
    async with ScriptedServer(stream(encode(EVENTS.encode()), content_encoding=name)) as server, SSETester() as sse:
        await sse.connect(server.url)
        await ended(sse)
        assert len(sse.events) == 2
        assert server.requests[0].header("accept-encoding") == "gzip, deflate, br"


@pytest.mark.parametrize(
    "answer",
    [
        head().replace("HTTP/1.1", "HTTP/1.0") + EVENTS,
        head(content_length=str(len(EVENTS))) + EVENTS,
        head(transfer_encoding="chunked")
        + f"{len(EVENTS):x};name=value\r\n{EVENTS}\r\n0;last\r\nX-Trailer: after the body\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n" + head() + EVENTS,
        "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" + head() + EVENTS,
        head(content_type="Text/Event-Stream;charset=utf-16") + EVENTS,
    ],
    ids=["HTTP/1.0", "content length", "chunk extension and trailer", "100", "103", "charset is ignored"],
)
async def test_forms_of_an_answer(answer: str):
    async with ScriptedServer(answer) as server, SSETester() as sse:
        await sse.connect(server.url)
        await ended(sse)
        assert [event.data for event in sse.events] == ["a", "b"]
        sse.assert_no_error()


# The guide's methods...


async def test_waits_and_assertions_of_the_guide():
    body = 'event: progress\ndata: {"level": "low", "n": 1}\n\ndata: {"level": "critical"}\n\n'
    async with ScriptedServer(held(body)) as server, SSETester(timeout=5) as sse:
        await sse.connect(server.url)
        assert (await sse.wait_for_data(lambda event: event.parsed_data["level"] == "critical"))["level"] == "critical"
        assert (await sse.wait_for_event("progress")).parsed_data["n"] == 1
        assert (await sse.assert_event_received("progress", timeout=1)).number == 1
        assert await sse.assert_data_matches(r"crit.cal") == {"level": "critical"}
        assert await sse.assert_data_matches({"n": 1}) == {"level": "low", "n": 1}
        await sse.assert_event_not_received("error", timeout=0.05)
        with pytest.raises(UnexpectedMessage, match="Unexpected event 'progress' was received"):
            await sse.assert_event_not_received("progress", timeout=5)
        with pytest.raises(NothingMatched, match=r"Expected event 'progress' was not received within 0\.05 seconds"):
            await sse.wait_for_event("progress", timeout=0.05)
        with pytest.raises(InvalidArgument, match="Argument 'count' must be 1 or more"):
            await sse.wait_for_events(0)


async def test_events_by_type_and_clearing():
    async with ScriptedServer(stream(EVENTS)) as server, SSETester() as sse:
        assert (sse.last_event_id, sse.reconnection_time) == ("", None)
        await sse.connect(server.url)
        await ended(sse)
        assert [event.data for event in sse.events_by_type("tick")] == ["a"]
        sse.clear_events()
        assert len(sse.events) == 0


async def test_listeners_get_events_errors_and_the_close():
    heard: list[str] = []
    async with ScriptedServer(head(content_length="100") + EVENTS) as server, SSETester() as sse:
        sse.on_event(lambda event: heard.append(event.data))
        sse.on_error(lambda error: heard.append(type(error).__name__))
        sse.on_close(lambda ending: heard.append(ending.by))
        await sse.connect(server.url)
        await ended(sse)
    assert heard == ["a", "b", "ConnectionClosed", "network"]


# What is asked...


async def test_request_of_an_event_source():
    async with ScriptedServer(held()) as server, SSETester() as sse:
        await sse.connect(server.url)
        (request,) = server.requests
        assert (request.method, request.target, request.body) == ("GET", "/stream", b"")
        assert request.header("accept") == "text/event-stream"
        assert request.header("cache-control") == "no-store"
        assert request.header("last-event-id") is None


async def test_own_headers_win_and_are_sent_once():
    headers = {
        "accept": "application/json, text/event-stream",
        "Cache-Control": "max-age=0",
        "X-Name": "Jürgen",
        "Cookie": "a=1",
        "user-agent": "me",
    }
    async with ScriptedServer(held()) as server, SSETester(headers=headers) as sse:
        await sse.connect(server.url)
        (request,) = server.requests
        for name, value in headers.items():
            assert request.header(name.lower()) == value.encode().decode("latin-1")


async def test_callers_headers_stay_untouched():
    headers = {"X": "1"}
    async with ScriptedServer(held()) as server, SSETester() as sse:
        await sse.connect(server.url, headers=headers)
        assert headers == {"X": "1"}


async def test_method_params_and_json():
    async with ScriptedServer(held()) as server, SSETester() as sse:
        await sse.connect(server.url + "?a=1", method="POST", params={"b": "2"}, json={"stream": True})
        (request,) = server.requests
        assert (request.method, request.target, request.body) == ("POST", "/stream?a=1&b=2", b'{"stream":true}')
        assert request.header("content-type") == "application/json"
        assert [entry.payload for entry in sse.connection.journal.of(Happening.SENT)] == ['{"stream":true}']


async def test_userinfo_is_sent_and_not_shown():
    async with ScriptedServer(held()) as server, SSETester() as sse:
        await sse.connect(server.url.replace("//", "//user:geheim@"))
        assert server.requests[0].header("authorization") == "Basic dXNlcjpnZWhlaW0="
        assert sse.url == server.url
        assert "geheim" not in str(list(sse.connection.journal))
        assert "dXNlcjpnZWhlaW0=" not in str(list(sse.connection.journal))


async def test_binary_body_is_told_as_bytes():
    async with ScriptedServer(held()) as server, SSETester() as sse:
        await sse.connect(server.url, method="PUT", body=b"\xff")
        assert [entry.payload for entry in sse.connection.journal.of(Happening.SENT)] == [b"\xff"]


async def test_given_last_event_id_is_sent_as_utf8():
    async with ScriptedServer(held()) as server, SSETester() as sse:
        await sse.connect(server.url, last_event_id="ä7")
        assert server.requests[0].header("last-event-id") == "ä7".encode().decode("latin-1")
        assert told(sse, Happening.CONNECTING) == [f"GET {server.url}, Last-Event-ID 'ä7'"]


# Redirects...


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_followed_and_shown(status: int):
    moved = head(f"{status} Moved", location="/new?token=geheim", content_length="0")
    async with ScriptedServer(moved, held(EVENTS)) as server, SSETester() as sse:
        await sse.connect(server.url)
        assert server.requests[1].target == "/new?token=geheim"
        shown = server.url.replace("/stream", "/new?token=<secret>")
        assert sse.url == shown
        assert told(sse, Happening.CONNECTING)[1] == f"HTTP {status} redirects to {shown}"


async def test_credentials_and_cookies_do_not_follow_to_another_origin():
    async with ScriptedServer(held()) as other, ScriptedServer() as server, SSETester() as sse:
        server.script = [
            head("302 Found", location="/second", set_cookie="sid=1234; Path=/", content_length="0"),
            head("307 Temporary Redirect", location=other.url.replace("127.0.0.1", "localhost"), content_length="0"),
        ]
        await sse.connect(server.url, headers={"Authorization": "Bearer t", "Cookie": "own=1", "X": "2"})
        first, second = server.requests
        assert first.header("cookie") == "own=1"
        assert second.header("cookie") == "own=1; sid=1234"
        assert second.header("authorization") == "Bearer t"
        (last,) = other.requests
        assert (last.header("authorization"), last.header("cookie"), last.header("x")) == (None, None, "2")
        assert told(sse, Happening.CONNECTING)[-1].endswith(", without Authorization, Cookie")
        assert "1234" not in str(list(sse.connection.journal))


async def test_redirect_loop_ends():
    loop = head("302 Found", location="/again", content_length="0")
    async with ScriptedServer(loop) as server, SSETester() as sse:
        with pytest.raises(CannotConnect, match=r"more than 20 redirects\.$"):
            await sse.connect(server.url)
        assert len(server.requests) == 21


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("ftp://host.test/x", "HTTP 302 redirects to 'ftp://host.test/x', no http:// or https:// URL"),
        ("http://[::1", "it redirects to an invalid URL"),
    ],
)
async def test_redirect_to_elsewhere(location: str, words: str):
    async with ScriptedServer(head("302 Found", location=location)) as server, SSETester() as sse:
        with pytest.raises(CannotConnect, match=words):
            await sse.connect(server.url)


async def test_redirect_without_location_is_a_refusal():
    async with ScriptedServer(head("301 Moved Permanently", content_length="0")) as server, SSETester() as sse:
        with pytest.raises(HandshakeRejected, match="HTTP 301 Moved Permanently"):
            await sse.connect(server.url)


# Refusals...


async def test_refusal_tells_status_reason_and_start_of_the_body():
    body = "{" + '"error": "missing token", ' * 20
    answer = head("401 Unauthorized", content_type="application/json", content_length=str(len(body))) + body
    async with ScriptedServer(answer) as server, SSETester(alias="news") as sse:
        with pytest.raises(HandshakeRejected) as caught:
            await sse.connect(server.url)
        assert caught.value.status == 401
        assert str(caught.value).startswith(
            f"Server rejected the request of 'news' to {server.url}: HTTP 401 Unauthorized; "
            """body starts with '{"error": "missing token", "error":"""
        )
        assert sse.state is State.CLOSED
        assert list(sse.errors) == [caught.value]
        with pytest.raises(ExpectationFailed, match="SSE error detected: Server rejected"):
            sse.assert_no_error()


async def test_refusal_whose_body_never_ends_is_told_in_time():
    async def answer(peer: Peer) -> None:
        await peer.send(head("503 Service Unavailable"), "busy")
        await peer.client_gone()

    async with ScriptedServer(answer) as server, SSETester() as sse:
        with pytest.raises(HandshakeRejected, match="HTTP 503 Service Unavailable; body starts with 'busy'"):
            await sse.connect(server.url)


@pytest.mark.parametrize("status", ["201 Created", "204 No Content", "206 Partial Content", "304 Not Modified"])
async def test_only_200_opens(status: str):
    async with ScriptedServer(head(status)) as server, SSETester() as sse:
        with pytest.raises(HandshakeRejected, match=f"HTTP {status}"):
            await sse.connect(server.url)


async def test_wrong_content_type():
    answer = head(content_type="text/html; charset=utf-8") + "<p>Please log in"
    async with ScriptedServer(answer) as server, SSETester() as sse:
        with pytest.raises(NotAnEventStream) as caught:
            await sse.connect(server.url)
        assert str(caught.value) == (
            "Expected an event stream (Content-Type text/event-stream), got 'text/html; charset=utf-8' on 'sse' "
            f"from {server.url}: HTTP 200 OK; body starts with '<p>Please log in'."
        )


async def test_no_content_type():
    async with ScriptedServer("HTTP/1.1 200 OK\r\n\r\ndata: a\n\n") as server, SSETester() as sse:
        with pytest.raises(NotAnEventStream, match="got no Content-Type"):
            await sse.connect(server.url)


# Not reached...


async def test_connection_refused(unused_tcp_port: int):
    async with SSETester() as sse:
        with pytest.raises(CannotConnect) as caught:
            await sse.connect(f"http://127.0.0.1:{unused_tcp_port}/s")
        place = f"127.0.0.1:{unused_tcp_port}"
        assert str(caught.value) == f"Cannot connect 'sse' to http://{place}/s: connection refused ({place})."


async def test_server_that_hangs_up():
    async with ScriptedServer("") as server, SSETester() as sse:
        with pytest.raises(CannotConnect, match="the server closed the connection before a whole answer"):
            await sse.connect(server.url)


async def test_server_that_does_not_speak_http():
    async with ScriptedServer("220 mail.test ready\r\n\r\n") as server, SSETester() as sse:
        with pytest.raises(CannotConnect, match="the server broke HTTP: illegal status line"):
            await sse.connect(server.url)


async def test_tls_handshake_that_is_not_answered():
    async with ScriptedServer("") as server, SSETester(connect_timeout=0.5) as sse:
        with pytest.raises(TimedOut, match="TCP connected, TLS handshake not finished"):
            await sse.connect(server.url.replace("http:", "https:"))


async def test_timeout_tells_how_far_it_got():
    async def silent(peer: Peer) -> None:
        await peer.send("HTTP/1.1 200 OK\r\n")
        await peer.client_gone()

    async with ScriptedServer(silent) as server, SSETester(connect_timeout=0.2) as sse:
        with pytest.raises(TimedOut) as caught:
            await sse.connect(server.url)
        assert str(caught.value) == (
            f"SSE connection timeout on 'sse' after 0.2 seconds: request sent, no complete answer ({server.url})."
        )


async def test_connect_timeout_does_not_end_an_open_stream():
    async def late(peer: Peer) -> None:
        await peer.send(head())
        await asyncio.sleep(0.3)
        await peer.send("data: a\n\n")
        await peer.client_gone()

    async with ScriptedServer(late) as server, SSETester(connect_timeout=0.1) as sse:
        await sse.connect(server.url)
        await sse.wait_for_event()


@pytest.mark.parametrize("url", ["nonsense", "ws://localhost/", "http://"])
async def test_no_url(url: str):
    async with SSETester() as sse:
        with pytest.raises(InvalidArgument):
            await sse.connect(url)


@pytest.mark.parametrize("proxy", ["nonsense", "ftp://localhost:1"])
async def test_no_proxy_url(proxy: str):
    async with SSETester(proxy=proxy) as sse:
        with pytest.raises(InvalidArgument, match="Argument 'proxy'"):
            await sse.connect("http://127.0.0.1:9/")


async def test_proxy_of_the_environment_is_not_asked_for_loopback(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with ScriptedServer(held()) as server, SSETester() as sse:
        await sse.connect(server.url)


async def test_second_connect_is_refused_and_a_closed_one_may_connect_again():
    async with ScriptedServer(held("data: a\n\n")) as server, SSETester() as sse:
        await sse.connect(server.url)
        with pytest.raises(WrongUse, match="already connected"):
            await sse.connect(server.url)
        await sse.wait_for_event()
        await sse.disconnect()
        await sse.connect(server.url)
        assert (await sse.wait_for_event()).number == 1


# The end without reconnection...


async def test_clean_end_is_no_error_and_ends_waits_at_once():
    async with ScriptedServer(stream("data: a\n\n")) as server, SSETester(timeout=30) as sse:
        await sse.connect(server.url)
        with pytest.raises(ClosedWhileWaiting, match=r"closed: the server ended the stream after .*, 1 event received"):
            await sse.wait_for_event("other")
        sse.assert_no_error()
        assert len(server.requests) == 1


BROKEN = {
    "in a chunk": (head(transfer_encoding="chunked") + "20\r\ndata: a\n\nda", "the body ended without its last chunk"),
    "before the last chunk": (
        head(transfer_encoding="chunked") + "9\r\ndata: a\n\n\r\n",
        "the body ended without its last chunk",
    ),
    "short": (head(content_length="100") + "data: a\n\n", "the body ended after 9 of 100 bytes"),
    "bad chunk": (
        head(transfer_encoding="chunked") + "9\r\ndata: a\n\n\r\nzz\r\n",
        "the server broke HTTP: illegal chunk header",
    ),
}


@pytest.mark.parametrize(("answer", "words"), BROKEN.values(), ids=BROKEN)
async def test_broken_body_is_an_error(answer: str, words: str):
    async with ScriptedServer(answer) as server, SSETester() as sse:
        await sse.connect(server.url)
        assert words in await ended(sse)
        assert isinstance(sse.errors[0], ConnectionClosed)
        assert [event.data for event in sse.events] == ["a"]


async def test_reset_is_an_error():
    received = asyncio.Event()

    async def answer(peer: Peer) -> None:
        await peer.send(head(), "data: a\n\ndata: b")
        await received.wait()
        peer.reset()

    async with ScriptedServer(answer) as server, SSETester() as sse:
        await sse.connect(server.url)
        await sse.wait_for_event()
        received.set()
        assert "the connection was reset" in await ended(sse)
        assert str(sse.errors[0]) == "The event stream of 'sse' broke: the connection was reset."


async def test_silence_longer_than_the_idle_timeout_is_an_error():
    async with ScriptedServer(held("data: a\n\n")) as server, SSETester(idle_timeout=0.1) as sse:
        await sse.connect(server.url)
        assert "nothing received for 0.1 seconds (idle_timeout)" in await ended(sse)


async def test_comments_keep_a_stream_from_being_idle():
    async def answer(peer: Peer) -> None:
        await peer.send(head())
        for _ in range(5):
            await asyncio.sleep(0.3)
            await peer.send(": ping\n")
        await peer.send("data: a\n\n")
        await peer.client_gone()

    async with ScriptedServer(answer) as server, SSETester(idle_timeout=1) as sse:
        await sse.connect(server.url)
        await sse.wait_for_event()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (stream(b"data: a\n\ndata: " + bytes(2000)), "a line of more than 1000 bytes (max_size)"),
        (stream(b"data: a\n\n" + b"data: 12345678\n" * 200), "an event with more than 1000 bytes of data (max_size)"),
        (
            stream(gzip.compress(b"data: a\n\ndata: " + bytes(2**26)), content_encoding="gzip"),
            "a line of more than 1000 bytes",
        ),
        (stream("data: a\n\n", content_encoding="gzip"), "the body is not gzip as its Content-Encoding says"),
        (stream("data: a\n\n", content_encoding="zstd"), "Content-Encoding 'zstd' is not one of gzip, deflate, br"),
    ],
    ids=["line", "event", "bomb", "not gzip", "unknown coding"],
)
async def test_peer_violation_ends_for_good(answer: bytes, words: str):
    async with ScriptedServer(answer) as server, SSETester(max_size=1000, **RECONNECT) as sse:
        await sse.connect(server.url)
        assert words in await ended(sse)
        assert isinstance(sse.errors[0], PeerViolation)
        assert len(server.requests) == 1


async def test_disconnect_is_no_error():
    async with ScriptedServer(held()) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        await sse.disconnect()
        assert sse.connection.ending is not None
        assert (sse.connection.ending.text, sse.connection.ending.by) == ("closed by us", "us")
        sse.assert_no_error()
        await sse.disconnect()


async def test_cancelled_connect_is_closed():
    async with ScriptedServer(held()) as server, SSETester() as sse:
        server.script = [lambda peer: peer.client_gone()]
        connecting = asyncio.get_running_loop().create_task(sse.connect(server.url))
        while not server.requests:
            await asyncio.sleep(0.01)
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        assert sse.state is State.CLOSED


# Reconnection...


async def test_reconnects_after_a_clean_end_with_the_last_event_id():
    async with ScriptedServer(stream(EVENTS), held("data: c\n\n")) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        third = (await sse.wait_for_events(3))[-1]
        assert (third.data, third.id) == ("c", "2")
        assert [request.header("last-event-id") for request in server.requests] == [None, "2"]
        assert sse.connection.openings == 2
        assert str(sse.errors[0]) == "The event stream of 'sse' was ended by the server."
        (entry,) = sse.connection.journal.of(Happening.RECONNECTING)
        assert (entry.facts["attempt"], entry.facts["delay"]) == (1, 0.03)
        assert entry.text.startswith("attempt 1 of 3 in 0.03 seconds: closed: the server ended the stream after ")
        assert told(sse, Happening.CONNECTING)[1] == f"GET {server.url}, Last-Event-ID '2'"
        facts = sse.connection.journal.of(Happening.CONNECTING)[1].facts
        assert facts == {"method": "GET", "url": server.url, "headers": {"Last-Event-ID": "2"}}
        facts = sse.connection.journal.of(Happening.OPENED)[1].facts
        assert facts["status"] == 200
        assert facts["headers"] == {"content-type": "text/event-stream"}
        assert facts["seconds"] > 0


@pytest.mark.parametrize("answer", [answer for answer, _ in BROKEN.values()], ids=BROKEN)
async def test_reconnects_after_a_broken_body(answer: str):
    async with ScriptedServer(answer, held("data: b\n\n")) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        assert [event.data for event in await sse.wait_for_events(2)] == ["a", "b"]


async def test_pending_event_and_id_do_not_reach_the_next_connection():
    first = stream("id: 1\ndata: a\n\nid: 2\nevent: x\ndata: lost\n")
    async with ScriptedServer(first, held("data: b\n\n")) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        await sse.wait_for_events(2)
        assert [(event.event, event.data, event.id) for event in sse.events] == [
            ("message", "a", "1"),
            ("message", "b", "1"),
        ]
        assert server.requests[1].header("last-event-id") == "1"


async def test_empty_id_is_not_sent():
    async with ScriptedServer(stream("id\ndata: a\n\n"), held()) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url, last_event_id="0")
        while len(server.requests) < 2:
            await asyncio.sleep(0.01)
        assert [request.header("last-event-id") for request in server.requests] == ["0", None]


async def test_id_that_no_header_can_carry_is_left_out_and_told():
    async with ScriptedServer(stream("id: a\x0bb\ndata: a\n\n"), held()) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        while len(server.requests) < 2:
            await asyncio.sleep(0.01)
        assert server.requests[1].header("last-event-id") is None
        assert "without Last-Event-ID: HTTP cannot carry 'a\\x0bb'" in told(sse, Happening.CONNECTING)[1]


async def test_post_repeats_its_body_and_headers():
    async with ScriptedServer(stream("data: a\n\n"), held()) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url, method="POST", json=[1], headers={"Authorization": "Bearer t"})
        while len(server.requests) < 2:
            await asyncio.sleep(0.01)
        for request in server.requests:
            assert (request.method, request.body, request.header("authorization")) == ("POST", b"[1]", "Bearer t")


async def test_cookies_are_kept():
    first = stream("data: a\n\n", set_cookie="sid=12345; Path=/")
    async with ScriptedServer(first, held()) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        while len(server.requests) < 2:
            await asyncio.sleep(0.01)
        assert server.requests[1].header("cookie") == "sid=12345"


async def test_reconnects_to_the_redirected_url_without_the_old_credentials():
    async with ScriptedServer(stream("data: a\n\n"), held()) as other, ScriptedServer() as server:
        server.script = [head("307 Temporary Redirect", location=other.url, content_length="0")]
        async with SSETester(**RECONNECT) as sse:
            await sse.connect(server.url, headers={"Authorization": "Bearer t"})
            while len(other.requests) < 2:
                await asyncio.sleep(0.01)
            assert len(server.requests) == 1
            assert [request.header("authorization") for request in other.requests] == [None, None]


async def test_204_ends_the_reconnection_quietly():
    async with ScriptedServer(stream("data: a\n\n"), head("204 No Content")) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        assert await ended(sse) == "closed: the server answered a reconnection with HTTP 204"
        assert len(server.requests) == 2
        assert len(sse.errors) == 1  # the reconnection itself


@pytest.mark.parametrize("answer", [head("503 Service Unavailable") + "busy", head(content_type="text/html") + "x"])
async def test_refusals_are_not_retried(answer: str):
    async with ScriptedServer(stream("data: a\n\n"), answer) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        assert "; not restored: " in await ended(sse)
        assert len(server.requests) == 2


async def test_status_of_reconnect_on_is_retried_after_its_retry_after():
    busy = head("503 Service Unavailable", retry_after="1", content_length="0")
    script = [stream("data: a\n\n"), busy, held("data: b\n\n")]
    async with ScriptedServer(*script) as server, SSETester(reconnect_on=[503], **RECONNECT) as sse:
        await sse.connect(server.url)
        await sse.wait_for_events(2)
        first, second = sse.connection.journal.of(Happening.RECONNECTING)
        assert (first.facts["delay"], second.facts["delay"]) == (0, 1.0)
        assert second.text.startswith("attempt 2 of 3 in 1 second: Server rejected the request of 'sse'")


async def test_gives_up_after_the_attempts():
    async with ScriptedServer(stream("data: a\n\n"), "") as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        text = await ended(sse)
        assert "gave up after 3 reconnection attempts: Cannot connect 'sse' to" in text
        assert len(server.requests) == 4
        assert [type(error) for error in sse.errors] == [ConnectionClosed] + [CannotConnect] * 3
        with pytest.raises(ClosedWhileWaiting):
            await sse.wait_for_event("other")


async def test_stream_that_gives_nothing_uses_up_the_attempts():
    async with ScriptedServer(stream("")) as server, SSETester(**RECONNECT) as sse:
        await sse.connect(server.url)
        assert "gave up after 3 reconnection attempts" in await ended(sse)
        assert len(server.requests) == 4


async def test_disconnect_ends_a_reconnection_at_once():
    async with ScriptedServer(stream("retry: 3600000\n\ndata: a\n\n")) as server, SSETester(auto_reconnect=True) as sse:
        await sse.connect(server.url)
        while sse.state is not State.RECONNECTING:
            await asyncio.sleep(0.01)
        await sse.disconnect()
        assert await ended(sse) == "closed by us"


async def test_idle_stream_is_restored():
    script = [held("data: a\n\n"), held("data: b\n\n")]
    async with ScriptedServer(*script) as server, SSETester(idle_timeout=0.1, **RECONNECT) as sse:
        await sse.connect(server.url)
        await sse.wait_for_events(2)


async def test_nothing_is_lost_over_five_drops():
    """100,000 events in bursts; the server drops the connection five times and goes on after the last event ID."""
    total, per_connection = 100_000, 20_000

    async def answer(peer: Peer) -> None:
        begin = int(peer.request.header("last-event-id") or "0") + 1
        if begin > total:
            await peer.send(head("204 No Content"))
            return
        await peer.send(head(transfer_encoding="chunked"))
        events = (f"id: {n}\ndata: {n}\n\n" for n in range(begin, min(begin + per_connection, total + 1)))
        body = "".join(events) + f"id: {begin + per_connection}\ndata: cut"
        for start in range(0, len(body), 50_000):
            await peer.send(chunk(body[start : start + 50_000]))

    async with ScriptedServer(answer) as server, SSETester(timeout=30, **RECONNECT) as sse:
        await sse.connect(server.url)
        await ended(sse)
        assert [event.data for event in sse.events] == [str(n) for n in range(1, total + 1)]
        assert [event.number for event in sse.events] == list(range(1, total + 1))
        assert len(server.requests) == 6
