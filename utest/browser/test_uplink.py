"""The way of captured events: the token, the numbers, both carriers, and every way it can end."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from RealtimeLibrary.browser import uplink as module
from RealtimeLibrary.browser.uplink import NumberedEvents, Uplink
from RealtimeLibrary.core.errors import PeerViolation
from utest.browser.fake_node import until


class Received:
    def __init__(self) -> None:
        self.events: list[dict[str, object]] = []
        self.ends: list[str | None] = []
        self.uplink = Uplink(self.events.append, self.ends.append)


@pytest.fixture
async def received() -> AsyncIterator[Received]:
    received = Received()
    yield received
    await received.uplink.close()


async def connected(received: Received, greeting: bytes | None = None) -> asyncio.StreamWriter:
    port = await received.uplink.listen()
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(json.dumps({"token": received.uplink.token}).encode() + b"\n" if greeting is None else greeting)
    return writer


def line(number: int, **fields: object) -> bytes:
    return json.dumps({"number": number, "kind": "in", **fields}).encode() + b"\n"


def test_events_in_order_are_passed_on_without_their_number() -> None:
    events = NumberedEvents()
    assert [events.event(line(1, text="a")), events.event(line(2, text="b"))] == [
        {"kind": "in", "text": "a"},
        {"kind": "in", "text": "b"},
    ]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_lost_doubled_or_overtaken_event_is_a_violation(number: int) -> None:
    events = NumberedEvents()
    events.event(line(1))
    with pytest.raises(PeerViolation, match=f"the capture lost events: number {number} came after 1"):
        events.event(line(number))


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "7", "null", '{"kind": "in"}'])
def test_something_else_than_an_event_is_a_violation(text: str) -> None:
    with pytest.raises(PeerViolation, match="something else than an event after event 0"):
        NumberedEvents().event(text)


async def test_events_come_over_tcp(received: Received) -> None:
    writer = await connected(received)
    writer.write(line(1, text="ä") + line(2, text="b")[:5])
    await until(lambda: received.events)
    writer.write(line(2, text="b")[5:])
    await until(lambda: len(received.events) == 2)
    assert received.events == [{"kind": "in", "text": "ä"}, {"kind": "in", "text": "b"}]
    writer.close()


async def test_a_large_event_arrives_whole(received: Received) -> None:
    writer = await connected(received)
    writer.write(line(1, text="x" * 6_000_000))
    await until(lambda: received.events)
    assert len(str(received.events[0]["text"])) == 6_000_000
    writer.close()


@pytest.mark.parametrize("greeting", [b'{"token": "guessed"}\n', b"{}\n", b"GET / HTTP/1.1\r\n", b"\n"])
async def test_a_stranger_is_sent_away_and_node_can_still_come(received: Received, greeting: bytes) -> None:
    port = await received.uplink.listen()
    reader, stranger = await asyncio.open_connection("127.0.0.1", port)
    stranger.write(greeting + line(1))
    assert await reader.read() == b""
    stranger.close()
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(json.dumps({"token": received.uplink.token}).encode() + b"\n" + line(1))
    await until(lambda: received.events)
    assert received.ends == []
    writer.close()


async def test_the_end_of_node_is_told(received: Received) -> None:
    writer = await connected(received)
    writer.write(line(1))
    writer.close()
    await until(lambda: received.ends)
    assert received.ends == ["the Browser library's Node process ended"]
    assert len(received.events) == 1


async def test_a_hole_ends_the_capture(received: Received) -> None:
    writer = await connected(received)
    writer.write(line(1) + line(3) + line(2))
    await until(lambda: received.ends)
    assert received.ends == ["the capture lost events: number 3 came after 1"]
    assert len(received.events) == 1
    writer.close()


async def test_an_event_beyond_the_limit_ends_the_capture(received: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_LINE", 2**20)
    writer = await connected(received)
    writer.write(line(1, text="x" * 2**21))
    await until(lambda: received.ends)
    assert received.ends == ["the capture got an event of more than 1 MiB"]
    writer.close()


async def test_closing_ends_without_a_reason_and_only_once(received: Received) -> None:
    writer = await connected(received)
    writer.write(line(1))
    await until(lambda: received.events)
    await received.uplink.close()
    await received.uplink.close()
    writer.close()
    assert received.ends == [None]


async def test_events_come_over_the_log_in_pieces(received: Received) -> None:
    text = line(1, text="long").decode().strip()
    received.uplink.read_log(iter([f"+{text[:9]}", f"+{text[9:20]}", f".{text[20:]}", f".{line(2).decode()}"]))
    await until(lambda: received.ends)
    assert received.events == [{"kind": "in", "text": "long"}, {"kind": "in"}]
    assert received.ends == ["the Browser library's Node process ended the capture"]


async def test_a_broken_log_is_told(received: Received) -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield f".{line(1).decode()}"
        raise ConnectionError("channel closed")

    received.uplink.read_log(broken())
    await until(lambda: received.ends)
    assert received.ends == ["the connection to the Browser library's Node process broke (channel closed)"]
    assert len(received.events) == 1
