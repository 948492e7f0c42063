"""The library class: import options, the hook around keywords, and closing by itself."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from robot import result, running
from robot.libdocpkg import LibraryDocumentation

from RealtimeLibrary import RealtimeLibrary, __version__
from RealtimeLibrary.core.errors import CannotConnect, ConnectionClosed, InvalidArgument, NothingMatched, UnknownAlias
from RealtimeLibrary.keywords.session import AutoClose
from utest.keywords.robot_run import run_suite, served


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def library() -> Iterator[RealtimeLibrary]:
    library = RealtimeLibrary()
    yield library
    library.close()


def run(library: RealtimeLibrary, keyword: str, *args: Any, **named: Any) -> Any:
    return library.run_keyword(keyword, args, named)


class Structure:
    """A suite with two tests, as Robot tells listeners of it."""

    def __init__(self, library: RealtimeLibrary) -> None:
        self.library = library
        self.suite = running.TestSuite("Suite")
        self.tests = [self.suite.tests.create(name) for name in ("First", "Second")]
        library.start_suite(self.suite, result.TestSuite("Suite"))

    def start(self, number: int = 0) -> None:
        self.library.start_test(self.tests[number], result.TestCase("Test"))

    def end(self, number: int = 0) -> None:
        self.library.end_test(self.tests[number], result.TestCase("Test", status="PASS"))

    def end_suite(self) -> None:
        self.library.end_suite(self.suite, result.TestSuite("Suite"))

    @property
    def aliases(self) -> list[str]:
        return [row.alias for row in run(self.library, "Get Connections")]


# Importing


def test_importing_starts_nothing() -> None:
    before = threading.active_count()
    library = RealtimeLibrary()
    library.get_keyword_names()
    assert threading.active_count() == before
    library.close()


def test_what_robot_and_libdoc_ask_for() -> None:
    documentation = LibraryDocumentation("RealtimeLibrary")
    assert (documentation.version, documentation.scope, documentation.doc_format) == (__version__, "GLOBAL", "MARKDOWN")
    names = [keyword.name for keyword in documentation.keywords]
    assert "Connect WebSocket" in names
    assert len(names) == len(set(names))


def test_a_dry_run_opens_nothing(tmp_path: Path) -> None:
    text = "*** Test Cases ***\nDry\n    Connect WebSocket    ws://127.0.0.1:1/\n    Wait For Message    timeout=1s\n"
    assert run_suite(tmp_path, text, dryrun=True).messages == {"Dry": ""}


def test_options_of_the_import(url: str) -> None:
    library = RealtimeLibrary(timeout=timedelta(milliseconds=10), max_messages=3, type_field="kind")
    run(library, "Connect WebSocket", url)
    with pytest.raises(NothingMatched, match=r"within 0\.01 seconds"):
        run(library, "Wait For Message")
    assert library._session.options["type_field"] == "kind"
    library.close()


def test_a_timeout_of_the_import_must_be_positive() -> None:
    with pytest.raises(InvalidArgument, match="Argument 'timeout' must be greater than zero"):
        RealtimeLibrary(timeout=timedelta(0))


# Keywords


def test_a_failure_is_explained_and_its_foreign_cause_is_not_shown(library: RealtimeLibrary) -> None:
    with pytest.raises(CannotConnect) as caught:
        run(library, "Connect WebSocket", "ws://user:passw0rd@127.0.0.1:1/?token=t0ken-value")
    text = str(caught.value)
    assert "connection refused" in text
    assert "passw0rd" not in text
    assert "t0ken-value" not in text
    assert caught.value.__suppress_context__


def test_keywords_without_connection(library: RealtimeLibrary) -> None:
    for keyword in ("Wait For Message", "Get SSE State", "Clear SSE Events"):
        with pytest.raises(UnknownAlias, match="connection has been opened"):
            run(library, keyword)


def test_a_failed_keyword_says_where_and_why(library: RealtimeLibrary, url: str) -> None:
    run(library, "Connect WebSocket", url, "chat")
    run(library, "Send Message", "hello")
    run(library, "Wait For Message")
    run(library, "Disconnect WebSocket", 4000)
    with pytest.raises(ConnectionClosed, match=r"^WebSocket is not connected on 'chat': closed by us with 4000"):
        run(library, "Send Message", "late")


def test_an_assertion_of_the_users_own_stays_as_it_is(library: RealtimeLibrary, url: str) -> None:
    def check(payload: Any) -> bool:
        raise AssertionError("mine")

    run(library, "Connect WebSocket", url)
    run(library, "Send Message", "hello")
    with pytest.raises(AssertionError, match=r"^mine$"):
        run(library, "Wait For Message Matching", check)


def test_strict_mode_fails_a_test_that_leaves_something_unread(url: str) -> None:
    library = RealtimeLibrary(strict=True)
    robot = Structure(library)
    robot.start()
    run(library, "Connect WebSocket", url)
    run(library, "Send Message", "hello")
    run(library, "Message Should Be Received")
    outcome = result.TestCase("Test", status="PASS")
    library.end_test(robot.tests[0], outcome)
    assert outcome.failed
    assert "websocket-1" in outcome.message
    library.close()


def test_listeners_hear_what_is_new_before_and_after_a_keyword(library: RealtimeLibrary, url: str) -> None:
    run(library, "Connect WebSocket", url)
    session = library._session
    heard: list[str] = []
    session.listen(session.connection(None), "items", lambda item: heard.append(item.raw))
    session.bridge.call(session.connection(None).received, [["a"]], 1.0, 1)
    run(library, "Get Connections")
    assert heard == ["a"]


# Closing by itself


def test_a_test_closes_what_it_opened_and_the_suite_what_its_setup_opened(library: RealtimeLibrary, url: str) -> None:
    robot = Structure(library)
    run(library, "Connect WebSocket", url, "of suite")
    robot.start()
    run(library, "Connect WebSocket", url, "of test")
    connection = library._session.connection("of test")
    robot.end()
    assert robot.aliases == ["of suite"]
    assert not connection.is_open
    assert library._session.connection(None).alias == "of suite"
    run(library, "Connect WebSocket", url, "between tests")
    robot.start(1)
    robot.end(1)
    assert robot.aliases == ["between tests", "of suite"]
    robot.end_suite()
    assert robot.aliases == []


def test_a_suite_closes_all_that_was_opened_in_it(url: str) -> None:
    library = RealtimeLibrary(auto_close=AutoClose.suite)
    robot = Structure(library)
    robot.start()
    run(library, "Connect WebSocket", url, "of test")
    robot.end()
    assert robot.aliases == ["of test"]
    robot.end_suite()
    assert robot.aliases == []
    library.close()


def test_nothing_is_closed_by_itself_before_the_end_of_the_run(url: str) -> None:
    library = RealtimeLibrary(auto_close=AutoClose.manual)
    robot = Structure(library)
    robot.start()
    run(library, "Connect WebSocket", url, "manual")
    connection = library._session.connection("manual")
    robot.end()
    robot.end_suite()
    assert robot.aliases == ["manual"]
    assert connection.is_open
    library.close()
    assert not connection.is_open


def test_a_closed_connection_is_forgotten_with_its_test(library: RealtimeLibrary, url: str) -> None:
    robot = Structure(library)
    robot.start()
    run(library, "Connect WebSocket", url)
    run(library, "Disconnect WebSocket")
    assert robot.aliases == ["websocket-1"]
    assert run(library, "Get WebSocket State") == "CLOSED"
    robot.end()
    assert robot.aliases == []


def test_100_suites_leave_no_thread_and_no_descriptor(library: RealtimeLibrary, url: str) -> None:
    def one_suite() -> None:
        robot = Structure(library)
        robot.start()
        run(library, "Connect WebSocket", url)
        run(library, "Send Message", "hello")
        run(library, "Wait For Message")
        robot.end()
        robot.end_suite()
        library.close()

    def lowest_free_descriptor() -> int:
        descriptor = os.open(os.devnull, os.O_RDONLY)
        os.close(descriptor)
        return descriptor

    one_suite()
    before = threading.active_count()
    descriptors = [lowest_free_descriptor()]
    for _ in range(100):
        one_suite()
        descriptors.append(lowest_free_descriptor())
    assert threading.active_count() == before
    assert max(descriptors[50:]) <= max(descriptors[:50])


# In Robot

TESTS = """
*** Test Cases ***
Timeout Of The Test
    [Timeout]    300ms
    Wait For Message    timeout=30s

Still Usable
    Send Message    still there
    ${text}=    Wait For Message
    Should Be Equal    ${text}    still there

Timeout Of A Keyword
    Impatient

Left Open
    Connect WebSocket    %{TEST_URL}    alias=left open

Closed By Itself
    Run Keyword And Expect Error    Non-existing alias 'left open'*    Get WebSocket State    alias=left open
    Get WebSocket State    ==    OPEN

*** Keywords ***
Impatient
    [Timeout]    200ms
    Wait For Message    timeout=30s
"""


@pytest.mark.timeout(60, method="thread")
def test_timeouts_and_closing_in_robot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TEST_URL", url)
    before = threading.active_count()
    done = run_suite(tmp_path, f"Suite Setup    Connect WebSocket    %{{TEST_URL}}    alias=suite\n{TESTS}")
    assert done.messages == {
        "Timeout Of The Test": "Test timeout 300 milliseconds exceeded.",
        "Still Usable": "",
        "Timeout Of A Keyword": "Keyword timeout 200 milliseconds exceeded.",
        "Left Open": "",
        "Closed By Itself": "",
    }
    assert threading.active_count() == before


def test_python_ends_while_connections_are_open(url: str) -> None:
    """A process that forgets to close must not hang, nor warn."""
    script = (
        "from RealtimeLibrary import RealtimeLibrary as Library\n"
        f"Library().run_keyword('Connect WebSocket', ['{url}'])\n"
        "print('open')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30, cwd=Path.cwd()
    )
    assert (done.stdout, done.stderr) == ("open\n", "")
