"""Robot keywords for the page capture suites: the site, the browser to test with, and what happens to it."""

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import psutil
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn

from atest.browser.page_server import PageServer
from RealtimeLibrary.browser.node import Node


@library(scope="GLOBAL")
class PageSite:
    """A site in a thread of its own."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server = PageServer()
        self._is_remote = Node.is_remote

    @keyword
    def start_site(self) -> str:
        """Start the site; returns its address."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return f"127.0.0.1:{self._run(self._server.start())}"

    @keyword
    def stop_site(self) -> None:
        """Stop the site."""
        assert self._loop is not None
        assert self._thread is not None
        self._run(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @keyword
    def forget_visits(self) -> None:
        """Forget who came and left."""
        self._server.requests.clear()
        while not self._server.left.empty():
            self._server.left.get_nowait()

    @keyword
    def get_requests(self, path: str) -> list[dict[str, Any]]:
        """The requests for a path."""
        return [request for request in self._server.requests if request["path"] == path]

    @keyword
    def wait_until_visitor_leaves(self, kind: str) -> None:
        """Wait until the server sees the end of a stream of this kind."""

        async def wait() -> None:
            async with asyncio.timeout(5):
                while not (await self._server.left.get()).startswith(kind):
                    pass

        self._run(wait())

    @keyword
    def browser_options(self) -> dict[str, Any]:
        """Arguments of `New Browser`: the Chromium that the run names, else the machine's, else Playwright's own."""
        options: dict[str, Any] = {"browser": "chromium", "headless": True}
        path = BuiltIn().get_variable_value("${CHROMIUM}") or shutil.which("chromium") or shutil.which("google-chrome")
        if path:
            options["executablePath"] = path
        return options

    @keyword
    def kill_browser_soon(self) -> None:
        """Kill the browser's main process from another thread, in a moment."""
        self._kill_soon(lambda command: "--type=" not in command)

    @keyword
    def kill_pages_soon(self) -> None:
        """Kill the processes of the browser's pages from another thread, in a moment."""
        self._kill_soon(lambda command: "--type=renderer" in command)

    @keyword
    def pretend_that_node_is_remote(self) -> None:
        """Let captures take the way for a Node on another machine."""
        Node.is_remote = True  # type: ignore[assignment,method-assign]

    @keyword
    def pretend_no_longer(self) -> None:
        """Undo `Pretend That Node Is Remote`."""
        Node.is_remote = self._is_remote  # type: ignore[method-assign]

    def _kill_soon(self, chosen: Callable[[str], bool]) -> None:
        def kill() -> None:
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    if "chrom" in process.name() and chosen(" ".join(process.cmdline())):
                        process.kill()

        threading.Timer(0.3, kill).start()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
