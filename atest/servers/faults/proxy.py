"""Proxies that refuse: asked for `proxy-407.test`, they run the fault of that name."""

from atest.servers.faults.registry import fault
from atest.servers.wire import Exchange, answer


@fault
async def proxy_407(exchange: Exchange) -> None:
    """The proxy wants a name and a password."""
    await exchange.send(
        answer("407 Proxy Authentication Required", proxy_authenticate='Basic realm="proxy"', content_length="0")
    )


@fault
async def proxy_502(exchange: Exchange) -> None:
    """The proxy cannot reach the server."""
    await exchange.send(answer("502 Bad Gateway", "upstream is down", content_type="text/plain"))


@fault
async def proxy_nonsense(exchange: Exchange) -> None:
    """The proxy does not speak HTTP."""
    await exchange.send("220 mail.example.org ready\r\n")
