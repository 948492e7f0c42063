"""Measure the library against its peers.

- `python -m benchmarks` measures everything and writes docs/benchmarks.md with a chart, in about ten minutes.
- `python -m benchmarks --quick` prints a little of everything: for correctness, not for numbers.
"""

import argparse
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks import event_streams, websocket
from benchmarks.chart import chart
from benchmarks.measuring import table

DOCS: Final = Path(__file__).parent.parent / "docs"

PEERS: Final = (
    "robotframework",
    "robotframework-websocketclient",
    "websocket-client",
    "websockets",
    "picows",
    "aiohttp",
    "httpx",
    "httpx-sse",
)

TEXT: Final = """\
# Benchmarks

Ratios within one run: every client runs in a fresh process, the clients take turns, and their medians are compared.
Each server is a process of its own that prepares what it sends, so it is never the slower side. What a client receives
without a pause is measured in CPU time, which does not depend on what else the machine does; what waits for a reply, by
the clock. Messages have 154 bytes, requests 118. Python {python} on {cores} cores; {peers}.

## WebSocket

{websocket}
"Keeping" clients append text and arrival time to lists; the yardstick keeps nothing.

## Event streams

{streams}
## How cost grows

![Cost over size, logarithmic; dashed: linear growth](benchmarks.svg)

CPU seconds to receive and to search, bytes of memory, and seconds to open connections, over the number of messages or
connections. The dashed lines grow linearly.

`python -m benchmarks` measures anew and writes this page; `python -m benchmarks --quick` runs a little of everything.
"""


def main() -> None:
    """Measure, print, and write the page unless it was quick."""
    parser = argparse.ArgumentParser(description="Measure the library against its peers.")
    parser.add_argument("--quick", action="store_true", help="little of everything, printed only")
    quick = parser.parse_args().quick
    scale = websocket.QUICK if quick else websocket.Scale()
    curves = websocket.growth(scale)
    facts = {
        "websocket": table(websocket.measure(scale)),
        "streams": table(event_streams.measure(2_000, 1) if quick else event_streams.measure()),
        "peers": ", ".join(f"{name} {version(name)}" for name in PEERS),
    }
    page = TEXT.format(python=platform.python_version(), cores=os.cpu_count(), **facts)
    print(page)
    if not quick:
        (DOCS / "benchmarks.md").write_text(page)
        (DOCS / "benchmarks.svg").write_text(chart(curves))


if __name__ == "__main__":
    main()
