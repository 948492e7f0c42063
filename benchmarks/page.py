"""The page benchmarks: how soon a wait sees what a server sent to a page, and how fast a burst comes through.

`python -m benchmarks.page` prints the table; it needs the Browser library and a Chromium.

The server runs in a process of its own and writes the time of sending, on the machine's monotonic clock, into every
message. The wait is the one that keywords use: on the main thread, over the loop thread's record.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from Browser import Browser, SupportedBrowsers

from benchmarks.measuring import Row, table
from RealtimeLibrary.bridge import LoopThread
from RealtimeLibrary.browser.capture import PageCapture, PageOpens, UrlPattern
from RealtimeLibrary.browser.node import Node
from RealtimeLibrary.core.conditions.kinds import EVENTS, MESSAGES
from RealtimeLibrary.core.connection import (
    SSE,
    WEBSOCKET,
    Connection,
    Family,
    sse_connection,
    websocket_connection,
)
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.situation import wanted
from RealtimeLibrary.core.waiting import Items

COUNT: Final = 500
GAP: Final = 5  # milliseconds
BURST: Final = 5_000
WARM_UP: Final = 100  # messages while the page still loads
DIALECTS: Final = {WEBSOCKET: MESSAGES, SSE: EVENTS}


def measure(repeats: int) -> list[Row]:
    """All rows, each from all repeats."""
    delays: dict[Family, list[float]] = {WEBSOCKET: [], SSE: []}
    bursts: list[float] = []
    with _site() as site, _browser() as library:
        for _ in range(repeats):
            for family, found in delays.items():
                found += latencies(library, site, family)
            bursts.append(burst(library, site))
    rows = [_latency_row(family, found) for family, found in delays.items()]
    seconds = statistics.median(bursts)
    what = f"burst of {BURST:,} messages and {BURST:,} events, to the last in the records"
    return [*rows, Row(what, "complete, in order", f"{seconds:.2f} s, complete", True)]


def latencies(library: Browser, site: str, family: Family) -> list[float]:
    """From the server's send to the return of a wait for it, in seconds, one after the other."""
    kind = "ws" if family is WEBSOCKET else "sse"
    with _capture(library) as (capture, bridge):
        library.new_page(f"{site}/page?{kind}={COUNT + WARM_UP}&gap={GAP}")
        connection = bridge.wait(PageOpens(capture, family, UrlPattern("*"), 10), _nothing)
        looked_for = wanted(family, DIALECTS[family])
        delays = []
        for _ in range(COUNT + WARM_UP):
            items = bridge.wait(Items(connection, looked_for, 10, time.monotonic(), consume=True), _nothing)
            now = time.monotonic()
            payload: Any = items[0].payload
            delays.append(now - payload["sent"])
        library.close_page()
    return delays[WARM_UP:]


def burst(library: Browser, site: str) -> float:
    """From the first message sent to the last one recorded, in seconds; all must be there, in order."""
    with _capture(library) as (capture, bridge):
        library.new_page(f"{site}/page?ws={BURST}&sse={BURST}")
        connections = [bridge.wait(PageOpens(capture, family, UrlPattern("*"), 10), _nothing) for family in DIALECTS]
        for connection in connections:
            looked_for = wanted(connection.family, DIALECTS[connection.family])
            bridge.wait(Items(connection, looked_for, 60, time.monotonic(), count=BURST, consume=True), _nothing)
        library.close_page()
    records = [list(connection.record.items()) for connection in connections]
    for items in records:
        numbers = [item.payload["n"] for item in items]
        if numbers != list(range(1, BURST + 1)):
            raise RuntimeError("The burst is not complete or not in order.")
    began = min(items[0].payload["sent"] for items in records)
    return max(items[-1].received_at for items in records) - began


def _latency_row(family: Family, delays: list[float]) -> Row:
    ordered = sorted(delays)
    median, p95 = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
    reached = f"{median * 1000:.1f} ms (p95 {p95 * 1000:.1f} ms, {len(ordered):,} measured)"
    what = f"{family.name} {family.noun} every {GAP} ms: server sends to wait returns, median"
    return Row(what, "at most 5 ms", reached, median <= 0.005)


def _nothing() -> None:
    """No listeners here."""


def _connect(family: Family, url: str) -> Connection[Any]:
    make: Callable[..., Connection[Any]] = websocket_connection if family is WEBSOCKET else sse_connection
    return make(family.name, url, codec=PayloadCodec())


@contextmanager
def _capture(library: Browser) -> Iterator[tuple[PageCapture, LoopThread]]:
    bridge = LoopThread()
    capture = PageCapture(Node(library, "the benchmark"), _connect, lambda stream: None, url=UrlPattern("*"))
    bridge.run(capture.start())
    try:
        yield capture, bridge
    finally:
        bridge.run(capture.stop())
        bridge.stop()


@contextmanager
def _site() -> Iterator[str]:
    command = [sys.executable, "-m", "atest.browser.page_server"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate()


@contextmanager
def _browser() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory() as folder:
        library = Browser(playwright_process_port=None)
        library.playwright.playwright_log = Path(folder) / "playwright.txt"
        path = shutil.which("chromium") or shutil.which("google-chrome")
        library.new_browser(SupportedBrowsers.chromium, headless=True, executablePath=path, args=["--no-sandbox"])
        try:
            yield library
        finally:
            library.close_browser()
            library.playwright.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    print(table(measure(parser.parse_args().repeats)))
