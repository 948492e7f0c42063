"""The WebSocket benchmarks: ingest, memory, request and response, arrival times, backlog, many connections, growth."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measuring import Client, Row, Runs, at_least, at_most, interleaved, median, times
from benchmarks.servers import ServerProcess

YARDSTICK: Final = "websockets `async for`, keeping nothing"
LIBRARY: Final = "RealtimeLibrary, recording"


@dataclass(frozen=True)
class Scale:
    """How much is measured.

    Attributes:
        repeats: How often each client takes its turn.
        messages: Messages of a flood.
        requests: Requests one after the other.
        rounds: Rounds of the loops in Robot Framework.
        connections: Idle connections.
        growth: Sizes of floods, for the chart.
        fans: Numbers of connections, for the chart.
    """

    repeats: int = 5
    messages: int = 200_000
    requests: int = 2_000
    rounds: int = 30
    connections: int = 1_000
    growth: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    fans: tuple[int, ...] = (1, 10, 100, 1_000)


QUICK: Final = Scale(1, 2_000, 50, 1, 20, (1_000, 2_000), (1, 10))
"""Enough to see that everything runs."""


def measure(scale: Scale) -> list[Row]:
    """All rows of the WebSocket table."""
    with ServerProcess() as server:
        rows = [*ingest(server, scale), memory(server, scale), *requests(server, scale), *in_robot(server, scale)]
        rows += [backlog(server, scale), lateness(server, scale), idle(server, scale)]
    return rows


def ingest(server: str, scale: Scale) -> list[Row]:
    """All messages of a flood, plain and with permessage-deflate."""
    count = scale.messages
    flood = {"url": f"{server}/flood?count={count}", "count": count}
    small = count // 20
    plain = [
        Client(YARDSTICK, "ingest_websockets", flood),
        Client(LIBRARY, "ingest_library", flood),
        Client("websockets, keeping", "ingest_websockets", flood | {"keep": True}),
        Client("picows, keeping", "ingest_picows", flood),
        Client("aiohttp, keeping", "ingest_aiohttp", flood),
        Client("websocket-client", "ingest_websocketclient", {"url": f"{server}/flood?count={small}", "count": small}),
    ]
    squeezed = {"url": f"{server}/flood?count={count}&deflate=1", "count": count, "deflate": True}
    deflated = [
        Client(YARDSTICK, "ingest_websockets", squeezed),
        Client(LIBRARY, "ingest_library", squeezed),
        Client("aiohttp, keeping", "ingest_aiohttp", squeezed),
    ]
    for prepare in (flood, squeezed):
        Client("prepare", "prepare", prepare).run()
    return [
        _ingest_row("WebSocket ingest, recorded with arrival times", 4, interleaved(plain, scale.repeats), plain),
        _ingest_row("the same with permessage-deflate", 3.5, interleaved(deflated, scale.repeats), deflated),
    ]


def _ingest_row(what: str, target: float, runs: Runs, clients: list[Client]) -> Row:
    def ratio(client: Client, key: str = "cpu") -> float:
        per_message = median(runs, client.name, key) / client.arguments["count"]
        return median(runs, YARDSTICK, key) / clients[0].arguments["count"] / per_message

    yardstick, library, *others = clients
    shown = [f"{client.name} {times(ratio(client))}" for client in others]
    speed = yardstick.arguments["count"] / median(runs, LIBRARY, "seconds")
    shown.append(f"the library by the clock {times(ratio(library, 'seconds'))}, {speed:,.0f} messages/s")
    return at_least(f"{what}, against {YARDSTICK}", target, ratio(library), "; ".join(shown))


def memory(server: str, scale: Scale) -> Row:
    """What a recorded message costs."""
    count = scale.messages
    client = Client(LIBRARY, "memory_library", {"url": f"{server}/flood?count={count}", "count": count})
    reached = median(interleaved([client], min(scale.repeats, 3)), LIBRARY, "bytes")
    what = "memory per recorded message of 154 bytes"
    return at_most(what, 235, reached, "str in a list 220; parsed dict 1,284", lambda value: f"{value:.0f} bytes")


def requests(server: str, scale: Scale) -> list[Row]:
    """Send and wait for the reply, in Python."""
    arguments = {"url": f"{server}/echo", "count": scale.requests}
    clients = [Client(YARDSTICK, "request_websockets", arguments), Client(LIBRARY, "request_library", arguments)]
    runs = interleaved(clients, scale.repeats)
    raw, reached = (median(runs, client.name, "seconds") for client in clients)
    what = "send + wait from another thread through the bridge, against websockets in its own loop"
    return [at_most(what, 2, reached / raw, f"websockets {raw * 1e6:.0f} µs, library {reached * 1e6:.0f} µs")]


def in_robot(server: str, scale: Scale) -> list[Row]:
    """Send and wait for the reply, in a Robot Framework loop; the variants take turns inside one test."""
    suite = Path(__file__).parent / "requests.robot"
    with tempfile.TemporaryDirectory() as folder:
        variables = ["--variable", f"URL:{server}/echo", "--variable", f"ROUNDS:{scale.rounds}"]
        command = [sys.executable, "-m", "robot", "--outputdir", folder, *variables, "--variable", f"FOLDER:{folder}"]
        process = subprocess.run([*command, suite], capture_output=True, text=True)
        if process.returncode:
            raise RuntimeError(f"The Robot loop failed:\n{process.stdout}\n{process.stderr}")
        taken = json.loads((Path(folder) / "stopwatch.json").read_text())
    peer, two, one = (taken[name] * 1e6 for name in ("websocketclient", "two keywords", "one keyword"))
    shown = f"robotframework-websocketclient {peer:.0f} µs"
    return [
        at_most("send + wait, two keywords in a Robot loop", 1.0, two / peer, f"{shown}, library {two:.0f} µs"),
        at_most("the same as one keyword", 0.8, one / peer, f"{shown}, library {one:.0f} µs"),
    ]


def backlog(server: str, scale: Scale) -> Row:
    """The first matching wait over many messages, with an expression."""
    count = scale.messages // 2
    client = Client(LIBRARY, "backlog_library", {"url": f"{server}/flood?count={count}", "count": count})
    Client("prepare", "prepare", client.arguments).run()
    runs = interleaved([client], scale.repeats)
    parse, first, again = (median(runs, LIBRARY, key) for key in ("parse", "first", "next"))
    what = f"wait for the last of {count:,} messages, against parsing each once"
    return at_most(what, 1.3, first / parse, f"the next wait takes {again * 1000:.1f} ms of {first * 1000:.0f} ms")


def lateness(server: str, scale: Scale) -> Row:
    """Arrival times while the main thread is busy."""
    count = min(scale.messages, 3_000)
    url = f"{server}/steady?rate=1000&seconds={count / 1000}"
    client = Client(LIBRARY, "lateness_library", {"url": url, "count": count})
    runs = interleaved([client], scale.repeats)
    reached, p99 = median(runs, LIBRARY, "median"), median(runs, LIBRARY, "p99")
    what = "arrival time while Robot's thread is busy, 1,000 messages/s, median"
    shown = f"99th percentile {p99 * 1000:.1f} ms; at Python's switch interval 4-5 ms"
    return at_most(what, 0.001, reached, shown, lambda value: f"{value * 1000:.2f} ms")


def idle(server: str, scale: Scale) -> Row:
    """Many open connections."""
    arguments = {"url": server, "count": scale.connections}
    clients = [Client("websockets", "idle_websockets", arguments), Client(LIBRARY, "idle_library", arguments)]
    runs = interleaved(clients, min(scale.repeats, 3))
    reached, peer = (median(runs, name, "bytes") / 1024 for name in (LIBRARY, "websockets"))
    opened = ", ".join(f"{name} {median(runs, name, 'open') * 1e6:.0f} µs" for name in (LIBRARY, "websockets"))
    what = f"{scale.connections:,} open idle connections, memory of each"
    return at_most(what, 16, reached, f"websockets {peer:.1f} KiB; opening one: {opened}", lambda kib: f"{kib:.1f} KiB")


def growth(scale: Scale) -> dict[str, list[tuple[int, float]]]:
    """How cost grows: seconds and bytes per message or connection, by size."""
    curves: dict[str, list[tuple[int, float]]] = {"ingest": [], "memory": [], "wait": [], "connections": []}
    with ServerProcess() as server:
        for count in scale.growth:
            arguments = {"url": f"{server}/flood?count={count}", "count": count}
            Client("prepare", "prepare", arguments).run()
            curves["ingest"].append((count, Client(LIBRARY, "ingest_library", arguments).run()["cpu"]))
            curves["memory"].append((count, Client(LIBRARY, "memory_library", arguments).run()["bytes"] * count))
            curves["wait"].append((count, Client(LIBRARY, "backlog_library", arguments).run()["first"]))
        for count in scale.fans:
            result = Client(LIBRARY, "idle_library", {"url": server, "count": count}).run()
            curves["connections"].append((count, result["open"] * count))
    return curves
