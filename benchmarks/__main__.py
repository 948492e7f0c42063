"""Measure the library against its peers.

python -m benchmarks            everything, written to docs/benchmarks.md with a chart: about ten minutes
python -m benchmarks --quick    little of everything, printed: for correctness, not for numbers
"""

import argparse
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks import websocket
from benchmarks.chart import chart
from benchmarks.measuring import table

DOCS: Final = Path(__file__).parent.parent / "docs"

PEERS: Final = (
    "websockets",
    "picows",
    "aiohttp",
    "websocket-client",
    "robotframework-websocketclient",
    "robotframework",
)

TEXT: Final = """\
# Benchmarks

Ratios within one run: every client runs in a fresh process, the clients take turns, and their medians are compared.
The server is a process of its own that fills a bare socket with some millions of messages a second. Messages have 154
bytes, requests 118. Python {python} on {cores} cores; {peers}.

## WebSocket

{websocket}
"Keeping" clients append text and arrival time to lists, the yardstick keeps nothing.

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
    rows = table(websocket.measure(scale))
    print(rows)
    curves = websocket.growth(scale)
    if quick:
        return
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    page = TEXT.format(python=platform.python_version(), cores=os.cpu_count(), peers=peers, websocket=rows)
    (DOCS / "benchmarks.md").write_text(page)
    (DOCS / "benchmarks.svg").write_text(chart(curves))


if __name__ == "__main__":
    main()
