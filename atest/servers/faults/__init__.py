"""The faults, one function each, found by name: `/ws-reset` runs `ws_reset`.

To add one, write a coroutine function with the exchange as its only argument into the module of its topic
and decorate it with `@fault`. It begins after the request has been read; when it returns, the connection ends.
"""

from atest.servers.faults import handshake, proxy, redirects, sse, websocket
from atest.servers.faults.registry import FAULTS

__all__ = ["FAULTS", "handshake", "proxy", "redirects", "sse", "websocket"]
