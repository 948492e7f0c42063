"""The Browser library's Node process: found at run time, given the capture extension, and called.

Used of the Browser library: `init_js_extension` and `call_js_keyword`, which are documented, and the gRPC channel where
Node runs on another machine. Everything is called in a worker thread, so the event loop goes on.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from RealtimeLibrary.core.errors import ConnectionProblem, WrongUse

EXTENSION: Final = Path(__file__).with_name("js") / "capture.js"

_NO_BROWSER: Final = "No Browser is open"
_NO_ACTIVE_PAGE: Final = "No page is open"
_NOT_INSTALLED: Final = (
    'needs the Browser library, which is not installed. Install it with: pip install "robotframework-realtime[browser]"'
)
_NOT_IMPORTED: Final = "needs the Browser library in the same suite. Add the setting: Library    Browser"
_NOT_CHROMIUM: Final = "deep=True needs Chromium"
_NEEDS_CHROMIUM: Final = "with deep=True needs Chromium: other browsers have no DevTools protocol."
_CRASHED: Final = "Target crashed"
_A_CRASHED_PAGE: Final = "cannot use a browser context with a crashed page. Close that page first."
_NOT_OPEN: Final = "needs an open browser. Call `New Browser` first."
_NO_PAGE: Final = "needs an open page. Call `New Page` first."


def find_browser_library(user: str) -> Any:
    """The Browser library instance of the running suite, whatever name it was imported by.

    Args:
        user: Name of the keyword that needs it, for the error.

    Raises:
        WrongUse: It is not installed or not imported; says what to do.
    """
    try:
        from Browser import Browser
    except ImportError as error:
        raise WrongUse(f"'{user}' {_NOT_INSTALLED}") from error
    from robot.libraries.BuiltIn import BuiltIn

    libraries: Any = BuiltIn().get_library_instance(all=True)
    for library in libraries.values():
        if isinstance(library, Browser):
            return library
    raise WrongUse(f"'{user}' {_NOT_IMPORTED}")


class Node:
    """Calls the capture extension.

    Args:
        library: The Browser library instance.
        user: Name of the keyword that needs it, for errors.
    """

    def __init__(self, library: Any, user: str) -> None:
        self._library = library
        self._user = user

    @property
    def is_remote(self) -> bool:
        """Whether Node runs on another machine, so that it cannot reach this one's loopback interface."""
        from Browser.playwright import is_local_host

        return not is_local_host(self._library.playwright.host)

    async def load_extension(self) -> None:
        """Give Node the capture extension. Node keeps it; giving it twice does no harm."""
        try:
            await asyncio.to_thread(self._library.init_js_extension, EXTENSION)
        except (AssertionError, ConnectionError) as error:
            self._failed(error)

    async def call(self, name: str, **arguments: Any) -> Any:
        """Call a function of the extension and return its result.

        Raises:
            WrongUse: It needs a browser or page, and none is open.
            ConnectionProblem: It failed.
        """
        try:
            return await asyncio.to_thread(self._library.call_js_keyword, name, **arguments)
        except (AssertionError, ConnectionError) as error:
            self._failed(error)

    def log_of(self, name: str, **arguments: Any) -> Iterator[str]:
        """Call a function and yield what it logs while it runs. Blocks between the messages."""
        from Browser.generated.playwright_pb2 import Request

        call = Request().KeywordCall(name=name, arguments=json.dumps({"arguments": list(arguments.items())}))
        with self._library.playwright.grpc_channel() as stub:
            for response in stub.CallExtensionKeyword(call):
                if response.log and response.log[0] in "+.":
                    yield response.log

    def _failed(self, error: Exception) -> NoReturn:
        text = " ".join(str(error).split())
        if _NO_BROWSER in text:
            raise WrongUse(f"'{self._user}' {_NOT_OPEN}") from error
        if _NO_ACTIVE_PAGE in text:
            raise WrongUse(f"'{self._user}' {_NO_PAGE}") from error
        if _NOT_CHROMIUM in text:
            raise WrongUse(f"'{self._user}' {_NEEDS_CHROMIUM}") from error
        if _CRASHED in text:
            raise ConnectionProblem(f"'{self._user}' {_A_CRASHED_PAGE}") from error
        raise ConnectionProblem(f"'{self._user}' failed in the Browser library: {text}") from error
