"""What logging costs: output.xml of a passing suite against that of the same suite whose keywords do nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

AT_MOST = 1.3

EMPTY = """
from RealtimeLibrary.library import RealtimeLibrary

class Empty(RealtimeLibrary):
    ROBOT_LIBRARY_SCOPE = "GLOBAL"

    def run_keyword(self, name, args, kwargs=None):
        return None
"""

HEAD = """
*** Settings ***
Library    {library}    AS    RealtimeLibrary
Library    atest.servers.DemoServer

*** Test Cases ***
Many Keywords
    ${{address}} =    Start Demo Server
    Connect WebSocket    ws://${{address}}/test/echo
    Connect SSE    http://${{address}}/test/sse/count?count={rounds}
"""

ROUND = """\
    Send Message    {{"type": "ack", "id": {number}}}
    Wait For Message Matching    msg.type == 'ack' and msg.id == {number}
    Message Should Be Received    ack
    Get Message Count    >    0    type=ack
    Wait For SSE Event    tick
    Is WebSocket Connected
    WebSocket Should Be Connected
    WebSocket Should Have No Errors
"""


def output_size(folder: Path, library: str, rounds: int) -> int:
    """Size of output.xml without what does not depend on the keywords, in bytes."""
    folder.mkdir()
    suite = folder / "suite.robot"
    body = "".join(ROUND.format(number=number) for number in range(rounds))
    suite.write_text(HEAD.format(library=library, rounds=max(rounds, 1)) + body)
    command = [sys.executable, "-m", "robot", "--outputdir", folder, "--log", "NONE", "--report", "NONE", suite]
    done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    return (folder / "output.xml").stat().st_size


@pytest.mark.timeout(180)
def test_passing_keywords_log_little(tmp_path: Path) -> None:
    empty = tmp_path / "Empty.py"
    empty.write_text(EMPTY)

    full_size, empty_size = (
        output_size(tmp_path / name, library, 60) - output_size(tmp_path / f"{name}-0", library, 0)
        for name, library in (("full", "RealtimeLibrary"), ("empty", str(empty)))
    )

    assert empty_size < full_size <= AT_MOST * empty_size
