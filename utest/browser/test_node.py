"""Finding the Browser library, calling its Node, and what each failure says."""

import subprocess
import sys
from typing import Any

import pytest

from RealtimeLibrary.browser.node import EXTENSION, Node, find_browser_library
from RealtimeLibrary.core.errors import ConnectionProblem, WrongUse


class FakeLibrary:
    def __init__(self, answer: Any = None, host: str | None = None) -> None:
        self._answer = answer
        self.calls: list[Any] = []
        self.playwright = type("Playwright", (), {"host": host})()

    def init_js_extension(self, path: Any) -> None:
        self.calls.append(path)
        if isinstance(self._answer, Exception):
            raise self._answer

    def call_js_keyword(self, name: str, **arguments: Any) -> Any:
        self.calls.append((name, arguments))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def test_the_extension_is_in_the_package() -> None:
    assert EXTENSION.is_file()
    required = {"observer.js", "session.js", "stream.js", "devtools.js", "pairing.js", "uplink.js"}
    assert required <= {path.name for path in EXTENSION.parent.iterdir()}


def test_without_the_browser_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "Browser", None)
    with pytest.raises(WrongUse) as caught:
        find_browser_library("Start Page Capture")
    assert str(caught.value) == (
        "'Start Page Capture' needs the Browser library, which is not installed. "
        'Install it with: pip install "robotframework-realtime[browser]"'
    )


def test_the_library_imports_without_the_browser_library() -> None:
    code = "import sys; sys.modules['Browser'] = None; from RealtimeLibrary import RealtimeLibrary; RealtimeLibrary()"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_importing_the_library_does_not_import_the_browser_library() -> None:
    code = "import sys; import RealtimeLibrary; RealtimeLibrary.RealtimeLibrary(); assert 'Browser' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


async def test_calls_go_to_the_extension() -> None:
    library = FakeLibrary({"stream": 1})
    node = Node(library, "Connect SSE")
    await node.load_extension()
    assert await node.call("realtimeInPage", id="x") == {"stream": 1}
    assert library.calls == [EXTENSION, ("realtimeInPage", {"id": "x"})]


@pytest.mark.parametrize(
    ("foreign", "error", "text"),
    [
        (
            "Error: No Browser is open but needed for this operation.",
            WrongUse,
            "'Connect SSE' needs an open browser. Call `New Browser` first.",
        ),
        ("Error: No page is open.", WrongUse, "'Connect SSE' needs an open page. Call `New Page` first."),
        (
            "Error: deep=True needs Chromium.",
            WrongUse,
            "'Connect SSE' with deep=True needs Chromium: other browsers have no DevTools protocol.",
        ),
        (
            "Error: browserContext.exposeBinding: Target crashed",
            ConnectionProblem,
            "'Connect SSE' cannot use a browser context with a crashed page. Close that page first.",
        ),
        (
            "Error: something\n   else",
            ConnectionProblem,
            "'Connect SSE' failed in the Browser library: Error: something else",
        ),
    ],
)
async def test_foreign_errors_are_put_into_words(foreign: str, error: type[Exception], text: str) -> None:
    node = Node(FakeLibrary(AssertionError(foreign)), "Connect SSE")
    for attempt in (node.load_extension(), node.call("realtimeWatchPage")):
        with pytest.raises(error) as caught:
            await attempt
        assert str(caught.value) == text
        assert isinstance(caught.value.__cause__, AssertionError)


@pytest.mark.parametrize(
    ("host", "is_remote"), [(None, False), ("127.0.0.1", False), ("localhost", False), ("10.1.2.3", True)]
)
def test_node_on_another_machine_is_remote(host: str | None, is_remote: bool) -> None:
    assert Node(FakeLibrary(host=host), "x").is_remote is is_remote
