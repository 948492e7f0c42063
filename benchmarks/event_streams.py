"""The event stream benchmarks: ingest against httpx-sse, and the parsers alone.

`python -m benchmarks.event_streams` prints the table, `… quick` only shows that everything runs.
"""

import asyncio
import codecs
import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from benchmarks.event_stream_server import StreamServerProcess, event
from benchmarks.measuring import Client, Row, at_least, interleaved, median, table, times

YARDSTICK: Final = "httpx-sse, keeping nothing"
LIBRARY: Final = "RealtimeLibrary, recording"

Result = dict[str, float]


def measure(count: int = 200_000, repeats: int = 5) -> list[Row]:
    """All rows of the table: CPU time of the client per event."""
    with StreamServerProcess() as server:
        rows = [
            ingest(
                f"SSE ingest, {count:,} events of 100 bytes in chunks of 16 KiB", 2.5, server, count, 16_384, repeats
            ),
            ingest("the same with one HTTP chunk for each event", 1.15, server, count, 0, repeats),
        ]
    return [*rows, parsers(count // 4, repeats)]


def ingest(what: str, target: float, server: str, count: int, chunk: int, repeats: int) -> Row:
    """Receive all events of a stream."""
    arguments = {"server": server, "chunk": chunk, "count": count}
    clients = [
        _client(YARDSTICK, "ingest_httpx_sse", arguments),
        _client(LIBRARY, "ingest_library", arguments),
        _client("httpx alone, counting bytes", "ingest_httpx", arguments),
    ]
    clients[0].run()  # the server prepares what it sends
    runs = interleaved(clients, repeats)
    peer, library, transport = (median(runs, client.name, "cpu") / count * 1e6 for client in clients)
    shown = f"httpx-sse {peer:.2f} µs, library {library:.2f} µs an event; httpx alone {times(peer / transport)}"
    return at_least(what, target, peer / library, shown)


def parsers(count: int, repeats: int) -> Row:
    """The parsers alone, in memory."""
    clients = [_client(name, "parse", {"parser": name, "count": count}) for name in ("httpx_sse", "library")]
    runs = interleaved(clients, repeats)
    peer, library = (median(runs, client.name, "cpu") / count * 1e6 for client in clients)
    what = "the parser alone, 16 KiB at a time, against the decoders of httpx-sse"
    return at_least(what, 2.5, peer / library, f"httpx-sse {peer:.2f} µs, library {library:.2f} µs an event")


def _client(name: str, function: str, arguments: dict[str, object]) -> Client:
    return Client(name, function, arguments, module="benchmarks.event_streams")


# What the clients run, each in a process of its own


async def ingest_httpx_sse(server: str, chunk: int, count: int) -> Result:
    """The yardstick: `async for` over httpx-sse, which keeps nothing."""
    import httpx
    from httpx_sse import aconnect_sse

    url, received, cpu = _url(server, chunk, count), 0, time.process_time()
    async with httpx.AsyncClient(timeout=None, trust_env=False) as client, aconnect_sse(client, "GET", url) as source:
        async for _ in source.aiter_sse():
            received += 1
    return _measured(cpu, received, count)


async def ingest_httpx(server: str, chunk: int, count: int) -> Result:
    """The transport without any parser: a bound for whoever uses it."""
    import httpx

    expected = sum(len(event(number)) for number in range(count))
    url, size, cpu = _url(server, chunk, count), 0, time.process_time()
    async with httpx.AsyncClient(timeout=None, trust_env=False) as client, client.stream("GET", url) as response:
        async for data in response.aiter_raw():
            size += len(data)
    return _measured(cpu, size, expected)


async def ingest_library(server: str, chunk: int, count: int) -> Result:
    """The tester: everything recorded with arrival times."""
    from RealtimeLibrary.core import SSETester

    cpu = time.process_time()
    async with SSETester() as tester:
        await tester.connect(_url(server, chunk, count))
        await tester.assert_connection_closed(300)
        return _measured(cpu, len(tester.events), count)


def parse(parser: str, count: int) -> Result:
    """One parser over bytes in memory, its events kept."""
    from httpx_sse._decoders import SSEDecoder, SSELineDecoder

    from RealtimeLibrary.core.sse.event_stream import EventStreamParser

    stream = b"".join(map(event, range(count)))
    chunks = [stream[i : i + 16_384] for i in range(0, len(stream), 16_384)]
    kept: list[object] = []
    cpu = time.process_time()
    if parser == "library":
        feed = EventStreamParser().feed
        for chunk in chunks:
            kept += feed(chunk).datas
    else:
        text_of, lines_of, event_of = codecs.getincrementaldecoder("utf-8")().decode, SSELineDecoder(), SSEDecoder()
        for chunk in chunks:
            events = (event_of.decode(line.rstrip("\n")) for line in lines_of.decode(text_of(chunk)))
            kept += filter(None, events)
    return _measured(cpu, len(kept), count)


def _url(server: str, chunk: int, count: int) -> str:
    return f"{server}?count={count}&chunk={chunk}"


def _measured(cpu: float, received: int, expected: int) -> Result:
    taken = time.process_time() - cpu
    if received != expected:
        raise AssertionError(f"received {received} instead of {expected}")
    return {"cpu": taken}


def _run(function: str, options: dict[str, Any]) -> Result:
    result = globals()[function](**options)
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


def main(arguments: Sequence[str]) -> None:
    """Run one client and print what it measured, or all and print the table."""
    if len(arguments) == 2:
        options = json.loads(arguments[1])
        _run(arguments[0], options | {"count": 10})  # what is imported and made at first use is not measured
        print(json.dumps(_run(arguments[0], options)))
    else:
        print(table(measure(2_000, 1) if arguments == ["quick"] else measure()))


if __name__ == "__main__":
    main(sys.argv[1:])
