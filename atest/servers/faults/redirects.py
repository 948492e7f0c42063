"""Answers that send a client elsewhere."""

from atest.servers.faults.registry import fault
from atest.servers.wire import Exchange, answer


@fault
async def redirect_loop(exchange: Exchange) -> None:
    """A redirect to itself, one `step` further."""
    step = exchange.argument("step", 0) + 1
    await exchange.send(answer("302 Found", location=f"/redirect-loop?step={step}", content_length="0"))


@fault
async def redirect_elsewhere(exchange: Exchange) -> None:
    """A redirect to what is no HTTP URL."""
    await exchange.send(answer("302 Found", location="ftp://files.test/stream", content_length="0"))
