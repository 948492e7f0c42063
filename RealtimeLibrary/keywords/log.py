"""What keywords leave in Robot's log and on the console: a few words when they pass, the evidence when they fail."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.errors import ExpectationFailed
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.waiting import Expectation
from RealtimeLibrary.reporting.progress import EVERY, progress_line, received
from RealtimeLibrary.reporting.summary import passed
from RealtimeLibrary.reporting.table import last_items


class Log:
    """The log of one library instance. Only Robot's own thread may log.

    Args:
        secrets: What must not be shown.
        progress: Whether long waits say on the console what they wait for.
    """

    def __init__(self, secrets: Secrets, *, progress: bool) -> None:
        self._secrets = secrets
        self._progress = progress

    def passed(self, expectation: Expectation[Any], result: Any, begun_at: float) -> None:
        """A wait or assertion passed."""
        if words := passed(expectation, result, time.monotonic() - begun_at):
            logger.info(self._secrets.mask(words))

    def failed(self, error: Exception, connection: Connection[Any]) -> None:
        """A keyword failed that is about this connection: log its state and its latest past."""
        situation = error.situation if isinstance(error, ExpectationFailed) else None
        logger.info(last_items(connection, None if situation is None else situation.begun_at), html=True)

    def progress_of(self, expectation: Expectation[Any]) -> Callable[[], None]:
        """What is to be called again and again while a wait goes on: it tells the progress of a long one."""
        if not self._progress or not _is_terminal():
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
