"""What keywords leave in the log and on the console, with Robot's logger replaced."""

from collections.abc import Iterator
from typing import Any

import pytest

from RealtimeLibrary.core.errors import ExpectationFailed
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.keywords import log as module
from RealtimeLibrary.keywords.log import TABLES, Log
from utest.reporting.stories import BEGUN, failure, websocket


class FakeLogger:
    """Keeps what is logged."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bool]] = []
        self.lines: list[str] = []

    def info(self, message: str, html: bool = False) -> None:
        self.messages.append((message, html))

    def console(self, message: str) -> None:
        self.lines.append(message)


class FakeTime:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = BEGUN

    def monotonic(self) -> float:
        return self.now


class FakeTerminal:
    """Standard output, or not."""

    def __init__(self, is_terminal: bool) -> None:
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.fixture
def logger(monkeypatch: pytest.MonkeyPatch) -> FakeLogger:
    fake = FakeLogger()
    monkeypatch.setattr(module, "logger", fake)
    return fake


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    fake = FakeTime()
    monkeypatch.setattr(module, "time", fake)
    return fake


@pytest.fixture(params=[True])
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("sys.__stdout__", FakeTerminal(request.param))
    return


def run_for(log: Log, clock: FakeTime, seconds: int) -> None:
    wait = websocket().wait(of_type="ack", seconds=60.0)
    tell = log.progress_of(wait)
    for tenth in range(seconds * 10 + 1):
        clock.now = BEGUN + tenth / 10
        tell()


@pytest.mark.usefixtures("terminal")
def test_a_long_wait_tells_its_progress_every_five_seconds(logger: FakeLogger, clock: FakeTime) -> None:
    run_for(Log(Secrets(), progress=True), clock, 12)
    assert [line.strip().partition(", ")[2][:9] for line in logger.lines] == ["5 of 60 s", "10 of 60 "]
    assert [line.startswith("\n") for line in logger.lines] == [True, False]


@pytest.mark.usefixtures("terminal")
def test_a_short_wait_tells_nothing(logger: FakeLogger, clock: FakeTime) -> None:
    run_for(Log(Secrets(), progress=True), clock, 4)
    assert logger.lines == []


@pytest.mark.usefixtures("terminal")
def test_progress_can_be_switched_off(logger: FakeLogger, clock: FakeTime) -> None:
    run_for(Log(Secrets(), progress=False), clock, 12)
    assert logger.lines == []


@pytest.mark.parametrize("terminal", [False], indirect=True)
@pytest.mark.usefixtures("terminal")
def test_progress_is_for_terminals_only(logger: FakeLogger, clock: FakeTime) -> None:
    run_for(Log(Secrets(), progress=True), clock, 12)
    assert logger.lines == []


def test_a_passed_wait_is_one_short_line(logger: FakeLogger, clock: FakeTime) -> None:
    wait = websocket().received(0, '{"type":"ack"}').wait(of_type="ack")
    clock.now = BEGUN + 0.25
    Log(Secrets(), progress=True).passed(wait, wait.poll(), BEGUN)
    assert logger.messages == [("#1 after 0.250 s", False)]


def test_what_says_nothing_is_not_logged(logger: FakeLogger) -> None:
    Log(Secrets(), progress=True).passed(websocket().open(), None, BEGUN)
    assert logger.messages == []


def test_several_items_are_listed_folded(logger: FakeLogger) -> None:
    ticks = websocket().received(0, "one", "two")
    Log(Secrets(), progress=True).got(list(ticks.connection.record.items()), ticks.connection)
    [(markup, html)] = logger.messages
    assert html
    assert "<details" in markup
    assert "open=" not in markup
    assert "#1 to #2 (2)" in markup


def test_tables_stay_a_small_part_of_the_log(logger: FakeLogger) -> None:
    log = Log(Secrets(), progress=True)
    ticks = websocket().received(0, *["x" * 300] * 20)
    items: list[Any] = list(ticks.connection.record.items())

    for _ in range(1_000):
        log.got(items, ticks.connection)
        log.keyword_ran()

    tables = [message for message, html in logger.messages if html]
    assert len(logger.messages) == 1_000
    assert tables
    assert sum(map(len, tables)) <= TABLES + 1_000 * 30
    assert logger.messages[-1] == ("#1 to #20 (20)", False)


def test_a_failure_shows_the_past_from_the_start_of_the_wait(logger: FakeLogger) -> None:
    chat = websocket().received(1, "instead")
    Log(Secrets(), progress=True).failed(failure(chat.wait(of_type="ack")), chat.connection)
    Log(Secrets(), progress=True).failed(ExpectationFailed("Too few."), chat.connection)
    (with_wait, _), (without, _) = logger.messages
    assert "+1.000 s" in with_wait
    assert "(time from the start of the wait)" in with_wait
    assert "+11.000 s" in without
