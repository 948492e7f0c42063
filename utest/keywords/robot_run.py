"""Runs a suite with the library in this process, against an echo server, and tells what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot import run
from robot.api import ExecutionResult

from RealtimeLibrary.bridge import LoopThread
from utest.core.websocket.echo_server import echo_server


@dataclass(frozen=True)
class Run:
    """What came of a run.

    Attributes:
        messages: The message of each test, empty for one that passed.
        output: What Robot wrote down: output.xml and log.html.
    """

    messages: dict[str, str]
    output: str


def run_suite(folder: Path, text: str, imports: str = "", **options: Any) -> Run:
    """Run these tests; `imports` are arguments of the library import."""
    suite = folder / "suite.robot"
    suite.write_text(f"*** Settings ***\nLibrary    RealtimeLibrary    {imports}\n{text}", encoding="utf-8")
    with open(folder / "console.txt", "w", encoding="utf-8") as console:
        run(suite, outputdir=folder, report=None, stdout=console, stderr=console, **options)
    output = folder / "output.xml"
    written = (
        output.read_text("utf-8") + (folder / "log.html").read_text("utf-8") + Path(console.name).read_text("utf-8")
    )
    return Run({test.name: test.message for test in ExecutionResult(output).suite.all_tests}, written)


@contextmanager
def served() -> Iterator[str]:
    """The URL of an echo server on a thread of its own."""
    bridge = LoopThread()
    server = echo_server()
    url = bridge.run(server.__aenter__())
    try:
        yield url
    finally:
        bridge.run(server.__aexit__(None, None, None))
        bridge.stop()
