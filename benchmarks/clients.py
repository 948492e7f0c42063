"""What benchmarks run in a fresh process each: `python -m benchmarks.clients <function> <JSON arguments>`.

Every function measures one client and prints its result as JSON. Peers are imported where they are used, so that no
client pays for another one.
"""

import asyncio
import gc
import json
import os
import statistics
import sys
import threading
import time
from array import array
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

Result = dict[str, float]

TEXT = "x" * 118
"""What request-response measurements send."""


def measured(begun: float, cpu: float) -> Result:
    return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}


async def prepare(url: str, count: int, *, deflate: bool = False) -> Result:
    """Have the server build what it sends later, so that nobody waits for it."""
    from websockets.asyncio.client import connect

    options = {"compression": "deflate" if deflate else None, "open_timeout": 300, "proxy": None}
    async with connect(url, **options):  # type: ignore[arg-type]  # options of several types
        return {}


# Ingest: receive all messages of a flood


async def ingest_websockets(url: str, count: int, *, deflate: bool = False, keep: bool = False) -> Result:
    """The yardstick: websockets' `async for`, which keeps nothing."""
    from websockets.asyncio.client import connect

    texts: list[Any] = []
    times = array("d")
    received = 0
    begun, cpu = time.perf_counter(), time.process_time()
    async with connect(url, compression="deflate" if deflate else None, proxy=None) as websocket:
        if keep:
            async for message in websocket:
                texts.append(message)
                times.append(time.monotonic())
            received = len(texts)
        else:
            async for _ in websocket:
                received += 1
    check(received, count)
    return measured(begun, cpu)


async def ingest_library(url: str, count: int, *, deflate: bool = False) -> Result:
    """The tester: everything recorded with arrival times."""
    from RealtimeLibrary.core import WebSocketTester

    begun, cpu = time.perf_counter(), time.process_time()
    async with WebSocketTester(compression="deflate" if deflate else None) as tester:
        await tester.connect(url)
        await tester.assert_connection_closed(300)
        check(len(tester.messages), count)
        return measured(begun, cpu)


async def ingest_picows(url: str, count: int) -> Result:
    """picows, a client in Cython, keeping text and time."""
    from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

    texts: list[str] = []
    times = array("d")

    class Listener(WSListener):
        def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
            if frame.msg_type == WSMsgType.TEXT:
                texts.append(frame.get_payload_as_utf8_text())
                times.append(time.monotonic())
            elif frame.msg_type == WSMsgType.CLOSE:
                transport.disconnect()

    begun, cpu = time.perf_counter(), time.process_time()
    transport, _ = await ws_connect(Listener, url)
    await transport.wait_disconnected()
    check(len(texts), count)
    return measured(begun, cpu)


async def ingest_aiohttp(url: str, count: int, *, deflate: bool = False) -> Result:
    """aiohttp, keeping text and time."""
    import aiohttp

    texts: list[str] = []
    times = array("d")
    begun, cpu = time.perf_counter(), time.process_time()
    async with aiohttp.ClientSession() as session, session.ws_connect(url, compress=15 if deflate else 0) as websocket:
        async for message in websocket:
            texts.append(message.data)
            times.append(time.monotonic())
    check(len(texts), count)
    return measured(begun, cpu)


def ingest_websocketclient(url: str, count: int) -> Result:
    """What robotframework-websocketclient's `Recv` does."""
    import websocket

    texts: list[Any] = []
    times = array("d")
    begun, cpu = time.perf_counter(), time.process_time()
    connection = websocket.create_connection(url)
    while len(texts) < count:
        texts.append(connection.recv())
        times.append(time.monotonic())
    connection.close()
    return measured(begun, cpu)


def check(received: int, expected: int) -> None:
    """No client may win by losing messages."""
    if received != expected:
        raise RuntimeError(f"Received {received} of {expected} messages.")


# Memory


async def memory_library(url: str, count: int) -> Result:
    """Resident memory that a recorded message takes, in bytes."""
    from RealtimeLibrary.core import WebSocketTester

    async with WebSocketTester(max_bytes=None) as tester:
        gc.collect()
        before = resident_memory()
        await tester.connect(url)
        await tester.assert_connection_closed(300)
        check(len(tester.messages), count)
        gc.collect()
        return {"bytes": (resident_memory() - before) / count}


def resident_memory() -> int:
    """Resident memory of this process in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# Request and response


async def request_websockets(url: str, count: int) -> Result:
    """The yardstick: websockets in its own loop."""
    from websockets.asyncio.client import connect

    async with connect(url, compression=None, proxy=None) as websocket:

        async def turn() -> None:
            await websocket.send(TEXT)
            await websocket.recv()

        for _ in range(count // 10):
            await turn()
        taken = array("d")
        for _ in range(count):
            begun = time.perf_counter()
            await turn()
            taken.append(time.perf_counter() - begun)
    return {"seconds": statistics.median(taken)}


def request_library(url: str, count: int) -> Result:
    """The tester from another thread, through the bridge, as keywords use it."""
    from datetime import timedelta

    from RealtimeLibrary.core.connection import WEBSOCKET
    from RealtimeLibrary.keywords.session import Session

    session = Session(timedelta(seconds=5), {}, (), "manual", progress=False)  # type: ignore[arg-type]  # nothing is closed by itself
    session.connect_websocket(url, None, {})  # type: ignore[arg-type]  # text will do
    connection = session.connection(None, WEBSOCKET)
    anything = session.wanted(WEBSOCKET)

    def turn() -> None:
        session.send(None, TEXT)
        session.wait_for_items(connection, anything, None, None)

    for _ in range(count // 10):
        turn()
    taken = array("d")
    for _ in range(count):
        begun = time.perf_counter()
        turn()
        taken.append(time.perf_counter() - begun)
    session.shut_down()
    return {"seconds": statistics.median(taken)}


# Arrival times


def lateness_library(url: str, count: int) -> Result:
    """How late messages are stamped while the main thread is busy in Python; median and 99th percentile, in seconds."""
    from RealtimeLibrary.bridge import LoopThread
    from RealtimeLibrary.core import WebSocketTester

    bridge = LoopThread()
    tester = WebSocketTester()
    bridge.run(tester.connect(url))
    while not tester.connection.is_over:
        sum(range(100))  # as busy as a thread can be without ever waiting
    bridge.stop()
    late = sorted(message.received_at - message.payload["sent"] / 1e9 for message in tester.messages)
    check(len(late), count)
    return {"median": statistics.median(late), "p99": late[int(len(late) * 0.99)]}


# Many connections


async def idle_library(url: str, count: int) -> Result:
    """Open idle connections: memory of each in bytes, time to open each, and time until a broadcast reached all."""
    from RealtimeLibrary.core import WebSocketTester

    testers = [WebSocketTester() for _ in range(count)]
    gc.collect()
    before = resident_memory()
    begun = time.perf_counter()
    for first in range(0, count, 50):
        await asyncio.gather(*(tester.connect(f"{url}/wait") for tester in testers[first : first + 50]))
    opened = time.perf_counter() - begun
    gc.collect()
    memory = (resident_memory() - before) / count
    async with WebSocketTester() as trigger:
        begun = time.perf_counter()
        await trigger.connect(f"{url}/broadcast")
        await asyncio.gather(*(tester.wait_for_message() for tester in testers))
        reached = time.perf_counter() - begun
    await asyncio.gather(*(tester.disconnect() for tester in testers))
    return {"bytes": memory, "open": opened / count, "broadcast": reached}


async def idle_websockets(url: str, count: int) -> Result:
    """The same with websockets alone."""
    from websockets.asyncio.client import ClientConnection, connect

    gc.collect()
    before = resident_memory()
    begun = time.perf_counter()
    open_: list[ClientConnection] = []
    for first in range(0, count, 50):
        opening = [connect(f"{url}/wait", compression=None, proxy=None) for _ in range(first, min(first + 50, count))]
        open_ += await asyncio.gather(*(one.connect() for one in opening))
    opened = time.perf_counter() - begun
    gc.collect()
    memory = (resident_memory() - before) / count
    async with connect(f"{url}/broadcast", proxy=None):
        begun = time.perf_counter()
        await asyncio.gather(*(one.recv() for one in open_))
        reached = time.perf_counter() - begun
    await asyncio.gather(*(one.close() for one in open_))
    return {"bytes": memory, "open": opened / count, "broadcast": reached}


# Waiting over a backlog


async def backlog_library(url: str, count: int) -> Result:
    """Wait for the last of many messages with an expression, then for a message after it; both in CPU seconds.

    `parse` is what `json.loads` of each message costs, `next` the wait after that, which must not read them again.
    """
    from RealtimeLibrary.core import WebSocketTester

    async with WebSocketTester() as tester:
        await tester.connect(url)
        await tester.assert_connection_closed(300)
        texts = [message.raw for message in tester.messages]
        condition = f"msg.seq == {count - 1}"
        parse = min(_parsing_time(texts) for _ in range(3))  # the first time, memory is cold
        begun = time.process_time()
        await tester.wait_for_message(condition, timeout=300)
        first = time.process_time() - begun
        begun = time.process_time()
        with suppress(AssertionError):
            await tester.wait_for_message(condition, timeout=300)
        again = time.process_time() - begun
    return {"parse": parse, "first": first, "next": again}


def _parsing_time(texts: list[Any]) -> float:
    from RealtimeLibrary.core.messages import parse_json

    begun = time.process_time()
    for text in texts:
        parse_json(text)
    return time.process_time() - begun


def main() -> None:
    """Run one client and print what it measured."""
    function: Callable[..., Any] = globals()[sys.argv[1]]
    result = function(**json.loads(sys.argv[2]))
    if isinstance(result, Coroutine | Awaitable):
        result = asyncio.run(result)  # type: ignore[arg-type]  # all are coroutines
    assert threading.active_count() == 1, "a client left a thread behind"
    print(json.dumps(result))


if __name__ == "__main__":
    main()
