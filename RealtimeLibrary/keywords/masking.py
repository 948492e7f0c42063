"""Takes secrets out of all that Robot Framework writes down: its messages, arguments and failures.

Values that keywords return are true, and other keywords log, join and compare them. So every message of the run is
masked on its way into output.xml and log.html, whoever wrote it.
"""

from typing import ClassVar

from robot import result, running

from RealtimeLibrary.core.secrets import MASK, Secrets

_MASK_IN_HTML = MASK.replace("<", "&lt;").replace(">", "&gt;")


class Masking:
    """Robot's listener (version 3) that masks.

    Args:
        secrets: What must not be shown.
    """

    ROBOT_LISTENER_API_VERSION: ClassVar = 3
    ROBOT_LISTENER_PRIORITY: ClassVar = 1_000
    """Before the listeners of reporting tools, which pass on what they get."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def log_message(self, message: result.Message) -> None:
        """Mask a message before it is written."""
        message.message = self._secrets.mask(message.message, _MASK_IN_HTML if message.html else MASK)

    def end_keyword(self, data: running.Keyword, result: result.Keyword) -> None:
        """Mask the arguments of a keyword, which may be literal, and its failure."""
        if self._secrets:
            result.args = tuple(self._secrets.mask(str(arg)) for arg in result.args)
            result.message = self._secrets.mask(result.message)

    def end_for_iteration(self, data: running.ForIteration, result: result.ForIteration) -> None:
        """Mask the values of the loop's variables."""
        if self._secrets:
            result.assign = {name: self._secrets.mask(value) for name, value in result.assign.items()}

    def end_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """Mask the failure of a test."""
        result.message = self._secrets.mask(result.message)

    def end_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Mask the failure of a suite."""
        result.message = self._secrets.mask(result.message)
