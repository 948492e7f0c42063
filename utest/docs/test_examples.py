"""Printed failures are compared with what tests say, and the printed address becomes the server's."""

from pathlib import Path

import pytest
from robot import result, running

from atest.docs.examples import Examples, timeless

PAGE = """
# A page

```robotframework
*** Settings ***
Suite Setup    Log    http://localhost:8000/setup

*** Test Cases ***
Breaks
    Fail    Gone after {seconds} seconds at localhost:8000

Address
    VAR    @{{parts}}    localhost:8000    x
    Should Not Be Equal    ${{parts}}[0]    {printed}
```

```text
Breaks                                                                | FAIL |
{failure}
```
"""


def run(folder: Path, failure: str, mode: str = "compare", page: str = PAGE) -> dict[str, result.TestCase]:
    """Run the page with the listener; the tests by name."""
    path = folder / "page.md"
    path.write_text(page.format(seconds=0.123, printed="localhost:${8000}", failure=failure))
    suite = running.TestSuite.from_file_system(path)
    with (folder / "console.txt").open("w") as console:
        outcome = suite.run(output=None, log=None, report=None, stdout=console, stderr=console, listener=Examples(mode))
    return {test.name: test for test in outcome.suite.tests}


def test_a_failure_as_printed_passes(tmp_path: Path):
    """Times may differ, and the server's address is shown as printed."""
    tests = run(tmp_path, "Gone after 7 seconds at localhost:8000")
    assert tests["Breaks"].passed
    assert tests["Address"].passed


def test_another_failure_fails_with_both_texts(tmp_path: Path):
    """What the page says and what the test says can be compared."""
    breaks = run(tmp_path, "Gone for good")["Breaks"]
    assert breaks.failed
    assert (
        breaks.message == "The page says:\nGone for good\n\nThe test says:\nGone after 0.123 seconds at localhost:8000"
    )


def test_a_test_that_passes_contradicts_its_printed_failure(tmp_path: Path):
    """A printed failure is a promise."""
    breaks = run(tmp_path, "Gone", page=PAGE.replace("    Fail    ", "    Log    "))["Breaks"]
    assert breaks.failed
    assert breaks.message.startswith("The page says that this test fails:")


def test_a_page_is_updated_on_demand(tmp_path: Path):
    """The new text replaces the printed one, and nothing else."""
    run(tmp_path, "Gone for good", mode="update")
    text = (tmp_path / "page.md").read_text()
    assert "| FAIL |\nGone after 0.123 seconds at localhost:8000\n```\n" in text
    assert text.startswith("\n# A page\n")
    assert run(tmp_path, "Gone after 0.123 seconds at localhost:8000")["Breaks"].passed


def test_a_failure_of_no_test_is_reported(tmp_path: Path):
    """A printed failure whose test was renamed would never be compared."""
    run(tmp_path, "Gone", page=PAGE.replace("\nBreaks\n", "\nRenamed\n"))
    assert "shows failures of tests that do not exist: Breaks" in (tmp_path / "console.txt").read_text()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("within 0.5 seconds", "within 1 second"),
        ("#1 at +0.104 s", "#1 at -0.020 s"),
        ("#1, 0.001 s before the wait began", "#1, 0.100 s after the wait began"),
        ('"timestamp": 1795350683775', '"timestamp": 1795350683999'),
        ("Looked at #1 to #22, 1 from before the wait.", "Looked at #1 to #22, the last 1 second ago."),
    ],
)
def test_times_are_not_compared(one: str, other: str):
    """They differ from run to run."""
    assert timeless(one) == timeless(other)


def test_all_else_is_compared():
    """Counts, sizes and values must be true."""
    assert timeless("none of 22 messages [54 bytes]") != timeless("none of 21 messages [54 bytes]")
