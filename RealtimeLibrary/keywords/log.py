"""What keywords leave in Robot's log and on the console: a few words when they pass, the evidence when they fail."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.errors import ExpectationFailed
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.waiting import Collected, Expectation, Items
from RealtimeLibrary.reporting.progress import EVERY, progress_line, received
from RealtimeLibrary.reporting.summary import numbers, passed
from RealtimeLibrary.reporting.table import last_items, listed_items

TABLES: Final = 50_000
"""Characters that tables of passing keywords may take in the log of a run."""

TABLES_PER_KEYWORD: Final = 30
"""By how much that grows with every keyword: about a tenth of what a keyword without messages takes."""


class Log:
    """The log of one library instance. Only Robot's own thread may log.

    Passing keywords that return several items list them in a folded table, as long as such tables are a small part of
    the log: a suite that polls in a loop must not drown in them.

    Args:
        secrets: What must not be shown.
        progress: Whether long waits say on the console what they wait for.
    """

    def __init__(self, secrets: Secrets, *, progress: bool) -> None:
        self._secrets = secrets
        self._progress = progress and _is_terminal()
        self._room_for_tables = TABLES

    def keyword_ran(self) -> None:
        """Another keyword ended."""
        self._room_for_tables += TABLES_PER_KEYWORD

    def passed(self, expectation: Expectation[Any], result: Any, begun_at: float) -> None:
        """A wait or assertion passed."""
        words = self._secrets.mask(passed(expectation, result, time.monotonic() - begun_at))
        if isinstance(expectation, Items | Collected) and len(result) > 1:
            self._list(words, listed_items(result, expectation.connection, begun_at, words))
        elif words:
            logger.info(words)

    def got(self, items: Sequence[Item], connection: Connection[Any]) -> None:
        """A getter returned these items."""
        words = numbers(items)
        self._list(words, listed_items(items, connection, None, words) if items else words)

    def _list(self, words: str, markup: str) -> None:
        if len(markup) > self._room_for_tables:
            logger.info(words)
        else:
            self._room_for_tables -= len(markup)
            logger.info(markup, html=True)

    def failed(self, error: Exception, connection: Connection[Any]) -> None:
        """A keyword failed that is about this connection: log its state and its latest past."""
        situation = error.situation if isinstance(error, ExpectationFailed) else None
        logger.info(last_items(connection, None if situation is None else situation.begun_at), html=True)

    def progress_of(self, expectation: Expectation[Any]) -> Callable[[], None]:
        """What is to be called again and again while a wait goes on: it tells the progress of a long one."""
        if not self._progress:
            return lambda: None
        begun_at = time.monotonic()
        before = received(expectation)
        due = begun_at + EVERY

        def tell() -> None:
            nonlocal due
            now = time.monotonic()
            if now >= due:
                start = "\n" if due == begun_at + EVERY else ""  # the console stands behind the name of the test
                due = now + EVERY
                logger.console(start + progress_line(expectation, now - begun_at, before, self._secrets))

        return tell


def _is_terminal() -> bool:
    return sys.__stdout__ is not None and sys.__stdout__.isatty()


def log_link(path: Path, words: str) -> None:
    """Log a link to a file, relative to the log file where there is one."""
    log_file = BuiltIn().get_variable_value("${LOG FILE}", "NONE")
    folder = Path(log_file).parent if log_file != "NONE" else output_folder()
    target = Path(os.path.relpath(path, folder)).as_posix()
    logger.info(f'<a href="{quote(target)}">{words}</a>', html=True)


def output_folder() -> Path:
    """Robot's output directory."""
    return Path(BuiltIn().get_variable_value("${OUTPUT DIR}", "."))
