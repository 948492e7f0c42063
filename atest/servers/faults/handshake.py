"""Answers to the opening handshake that are none (RFC 6455, section 4), and servers that do not answer."""

import asyncio

from atest.servers.faults.registry import fault
from atest.servers.wire import Exchange, answer, upgrade


@fault
async def never_answers(exchange: Exchange) -> None:
    """Accept the connection, read the request, and say nothing."""
    await asyncio.Event().wait()


@fault
async def closes_unanswered(exchange: Exchange) -> None:
    """FIN instead of an answer."""


@fault
async def resets_unanswered(exchange: Exchange) -> None:
    """RST instead of an answer."""
    exchange.reset()


@fault
async def headers_never_end(exchange: Exchange) -> None:
    """A good first line, then headers drop by drop without end."""
    await exchange.send("HTTP/1.1 101 Switching Protocols\r\n")
    while True:
        await exchange.send("X-Filler: more\r\n")
        await asyncio.sleep(0.05)


@fault
async def plain_text(exchange: Exchange) -> None:
    """Not HTTP at all."""
    await exchange.send("220 mail.example.org ready\r\n")


@fault
async def http_1_0(exchange: Exchange) -> None:
    """A handshake answer in HTTP/1.0."""
    await exchange.send(upgrade(exchange.request).replace("HTTP/1.1", "HTTP/1.0", 1))


@fault
async def http_200(exchange: Exchange) -> None:
    """A web page where a handshake was asked for."""
    await exchange.send(answer("200 OK", "<p>Welcome", content_type="text/html", connection="close"))


@fault
async def http_status(exchange: Exchange) -> None:
    """The HTTP status of the query's `code`, with a body that says why."""
    code = exchange.argument("code", 503)
    await exchange.send(answer(f"{code} Refused", "missing token", content_type="text/plain", connection="close"))


@fault
async def wrong_accept(exchange: Exchange) -> None:
    """A `Sec-WebSocket-Accept` that answers another key."""
    await exchange.send(upgrade(exchange.request, sec_websocket_accept="bm90IHRoZSByaWdodCBrZXk="))


@fault
async def missing_accept(exchange: Exchange) -> None:
    """No `Sec-WebSocket-Accept`."""
    await exchange.send(upgrade(exchange.request, sec_websocket_accept=None))


@fault
async def missing_upgrade(exchange: Exchange) -> None:
    """Status 101 without `Upgrade: websocket`."""
    await exchange.send(upgrade(exchange.request, upgrade=None))


@fault
async def missing_connection(exchange: Exchange) -> None:
    """Status 101 without `Connection: Upgrade`."""
    await exchange.send(upgrade(exchange.request, connection=None))


@fault
async def unrequested_subprotocol(exchange: Exchange) -> None:
    """A subprotocol that was not offered."""
    await exchange.send(upgrade(exchange.request, sec_websocket_protocol="mqtt"))


@fault
async def unrequested_extension(exchange: Exchange) -> None:
    """An extension that was not offered."""
    await exchange.send(upgrade(exchange.request, sec_websocket_extensions="x-unknown"))


@fault
async def long_header(exchange: Exchange) -> None:
    """A handshake answer with one header of `bytes` bytes."""
    await exchange.send(upgrade(exchange.request, x_long="x" * exchange.argument("bytes", 100_000)))


@fault
async def many_headers(exchange: Exchange) -> None:
    """A handshake answer with `count` headers."""
    count = exchange.argument("count", 1000)
    await exchange.send(upgrade(exchange.request, **{f"x_{number}": "y" for number in range(count)}))


@fault
async def redirect_loop(exchange: Exchange) -> None:
    """A redirect to itself."""
    await exchange.send(answer("302 Found", location=exchange.request.target, content_length="0", connection="close"))


@fault
async def redirect(exchange: Exchange) -> None:
    """A redirect to the query's `to`, without it to a good echo server."""
    await exchange.send(answer("302 Found", location=exchange.request.query.get("to", "/ws-echo"), content_length="0"))
