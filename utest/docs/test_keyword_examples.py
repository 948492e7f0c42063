"""The examples of the keyword documentation run as they are printed."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from robot import running
from robot.result import Result

from atest.docs.examples import PRINTED_ADDRESS
from atest.servers import DemoServer
from RealtimeLibrary import RealtimeLibrary

ROOT = Path(__file__).resolve().parent.parent.parent
LIBRARY = RealtimeLibrary()

OPENED = """
Connect SSE    http://localhost:8000/api/v1/sse/status
Connect WebSocket    ws://localhost:8000/api/v1/ws/data
Send Message    {"type": "subscribe", "channels": ["training_progress", "alerts", "tick_updates"]}
Wait Until Keyword Succeeds    5s    50ms    Get Message Count    >    40
Wait Until Keyword Succeeds    5s    50ms    Get SSE Event Count    >    10
"""
"""What an example finds: an event stream and a WebSocket that receive."""

SPECIAL = {
    "Disconnect WebSocket": "Connect WebSocket    ws://localhost:8000/api/v1/ws/rpc    alias=second",
    "Disconnect SSE": "Connect SSE    http://localhost:8000/api/v1/sse/status",
    "Get WebSocket Close Code": "Connect WebSocket    ws://localhost:8000/test/close?code=1000"
    "\nWebSocket Should Be Closed",
    "Only Connections Should Receive": "No Operation",
    "SSE Should Be Closed": "Connect SSE    http://localhost:8000/test/sse/count?count=3",
    "Send Message And Wait For Reply": "Connect WebSocket    ws://localhost:8000/api/v1/ws/rpc",
    "Switch Connection": OPENED + "Connect WebSocket    ws://localhost:8000/api/v1/ws/rpc    alias=second",
    "WebSocket Should Be Closed": "Connect WebSocket    ws://localhost:8000/test/close?code=1008",
}
"""What the examples find that need something else."""

NEEDS_A_BROWSER = {"Start Page Capture", "Stop Page Capture", "Wait For Page SSE", "Wait For Page WebSocket"}


def example_of(keyword: str) -> str:
    """The steps of the example in the documentation of a keyword."""
    documentation = LIBRARY.get_keyword_documentation(keyword)
    found = re.search(r"^```robotframework\n\*{3} Test Cases \*{3}\nExample\n(.*?)^```$", documentation, re.M | re.S)
    assert found, f"{keyword} has no example that libdoc shows"
    return found[1]


def suite_of(keywords: Iterable[str], *libraries: str) -> str:
    """A suite with one test for each keyword's example."""
    lines = ["*** Settings ***", *(f"Library    {name}" for name in ("RealtimeLibrary", *libraries))]
    lines += ["*** Variables ***", "${URL}    http://localhost:8000", "*** Test Cases ***"]
    for keyword in keywords:
        before = SPECIAL.get(keyword, OPENED).strip().splitlines()
        lines += [keyword, *(f"    {step}" for step in before), example_of(keyword)]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    """One run of all examples."""
    keywords = [name for name in LIBRARY.get_keyword_names() if name not in NEEDS_A_BROWSER]
    with DemoServer() as server:
        suite = running.TestSuite.from_string(suite_of(keywords).replace(PRINTED_ADDRESS, server.address))
        folder: Path = tmp_path_factory.mktemp("examples")
        with (folder / "console.txt").open("w") as console:
            yield suite.run(outputdir=folder, stdout=console)


@pytest.mark.parametrize("keyword", sorted(set(LIBRARY.get_keyword_names()) - NEEDS_A_BROWSER))
def test_example_runs(keyword: str, result: Result):
    """The example of this keyword passes."""
    test = next(test for test in result.suite.tests if test.name == keyword)
    assert test.passed, test.message


def test_examples_with_a_browser_are_complete(tmp_path: Path):
    """Keywords and arguments of the page examples exist; the acceptance tests run such tests in a browser."""
    suite = tmp_path / "examples.robot"
    suite.write_text(suite_of(sorted(NEEDS_A_BROWSER), "Browser"))
    command = [sys.executable, "-m", "robot", "--dryrun", "--pythonpath", ROOT, "--outputdir", tmp_path, suite]
    # A process of its own: importing Browser leaves warnings behind.
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stdout
