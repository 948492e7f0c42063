"""Event streams that end or arrive in other ways than a client hopes for."""

import asyncio
import gzip

from atest.servers.faults.registry import fault
from atest.servers.wire import Exchange, answer, chunk

EVENT = 'id: 1\nevent: tick\ndata: {"seq": 1}\n\n'
HALF_EVENT = 'id: 2\nevent: tick\ndata: {"seq"'


async def open_stream(exchange: Exchange, **headers: str) -> None:
    """The head of a chunked event stream."""
    await exchange.send(answer("200 OK", content_type="text/event-stream", transfer_encoding="chunked", **headers))


@fault
async def sse_reset(exchange: Exchange) -> None:
    """RST in the middle of an event."""
    await open_stream(exchange)
    await exchange.send(chunk(EVENT) + chunk(HALF_EVENT))
    await asyncio.sleep(0.1)  # a reset discards what the client has not read yet
    exchange.reset()


@fault
async def sse_truncated(exchange: Exchange) -> None:
    """FIN in the middle of a chunk."""
    await open_stream(exchange)
    await exchange.send(chunk(EVENT) + chunk(HALF_EVENT)[:-10])


@fault
async def sse_short_body(exchange: Exchange) -> None:
    """FIN before `Content-Length` bytes."""
    await exchange.send(answer("200 OK", content_type="text/event-stream", content_length="1000") + EVENT)


@fault
async def sse_clean_end(exchange: Exchange) -> None:
    """No fault: one event, half an event, and the end of the body."""
    await open_stream(exchange)
    await exchange.send(chunk(EVENT) + chunk(HALF_EVENT) + chunk(""))


@fault
async def sse_until_close(exchange: Exchange) -> None:
    """No fault: HTTP/1.0, where the end of the connection is the end of the body."""
    head = answer("200 OK", content_type="text/event-stream").replace("HTTP/1.1", "HTTP/1.0", 1)
    await exchange.send(head + EVENT)


@fault
async def sse_drip(exchange: Exchange) -> None:
    """Events byte by byte, one each `ms` milliseconds, without end."""
    await open_stream(exchange)
    while True:
        for byte in EVENT:
            await exchange.send(chunk(byte))
            await asyncio.sleep(exchange.argument("ms", 2) / 1000)


@fault
async def sse_burst(exchange: Exchange) -> None:
    """`count` events in one go, then silence."""
    await open_stream(exchange)
    events = (f'id: {seq}\ndata: {{"seq": {seq}}}\n\n' for seq in range(1, exchange.argument("count", 10_000) + 1))
    await exchange.send(chunk("".join(events)))
    await asyncio.Event().wait()


@fault
async def sse_stall(exchange: Exchange) -> None:
    """One and a half events, then silence on an open connection."""
    await open_stream(exchange)
    await exchange.send(chunk(EVENT + HALF_EVENT))
    await asyncio.Event().wait()


@fault
async def sse_headers_never_end(exchange: Exchange) -> None:
    """Status 200, then headers drop by drop without end."""
    await exchange.send("HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.send("X-Filler: more\r\n")
        await asyncio.sleep(0.05)


@fault
async def sse_wrong_type(exchange: Exchange) -> None:
    """Events under the content type of the query's `type`."""
    kind = exchange.request.query.get("type", "text/html")
    await exchange.send(answer("200 OK", EVENT, content_type=kind, connection="close"))


@fault
async def sse_no_type(exchange: Exchange) -> None:
    """Events without a content type."""
    await exchange.send(answer("200 OK", EVENT, connection="close"))


@fault
async def sse_no_content(exchange: Exchange) -> None:
    """Status 204: the server wants no client to come back."""
    await exchange.send(answer("204 No Content", connection="close"))


@fault
async def sse_long_line(exchange: Exchange) -> None:
    """One event whose data is a line of `bytes` bytes, then silence."""
    await open_stream(exchange)
    await exchange.send(chunk("data: ") + chunk(b"x" * exchange.argument("bytes", 16 << 20)) + chunk("\n\n"))
    await asyncio.Event().wait()


@fault
async def sse_gzip_bomb(exchange: Exchange) -> None:
    """A line of `bytes` bytes compressed to about a thousandth, then silence."""
    await open_stream(exchange, content_encoding="gzip")
    await exchange.send(chunk(gzip.compress(b"data: " + bytes(exchange.argument("bytes", 64 << 20)) + b"\n\n")))
    await asyncio.Event().wait()


@fault
async def sse_bad_gzip(exchange: Exchange) -> None:
    """A body that says it is compressed and is not."""
    await open_stream(exchange, content_encoding="gzip")
    await exchange.send(chunk(EVENT) + chunk(""))


@fault
async def sse_bad_chunk(exchange: Exchange) -> None:
    """A chunk size that is no number."""
    await open_stream(exchange)
    await exchange.send(chunk(EVENT) + b"zz\r\n")
