"""Looks at the library as tools do; ends with an error at the first thread or socket that anybody opens."""

import sys
from collections.abc import Callable
from pathlib import Path

FORBIDDEN = ("_thread.start_new_thread", "socket.connect", "socket.bind", "socket.getaddrinfo")


def refuse(event: str, _arguments: tuple[object, ...]) -> None:
    """An audit hook (PEP 578) that turns the forbidden events into errors."""
    if event in FORBIDDEN:
        print(f"Forbidden here: {event}")
        raise RuntimeError(event)


def imports_the_core() -> None:
    """The core is usable without Robot Framework."""
    import RealtimeLibrary.core

    assert RealtimeLibrary.core.WebSocketTester
    assert "robot" not in sys.modules


def imports_the_library() -> None:
    """As editors do."""
    from RealtimeLibrary import RealtimeLibrary

    assert "Connect WebSocket" in RealtimeLibrary().get_keyword_names()


def reads_the_documentation() -> None:
    """As libdoc does."""
    from robot.libdocpkg import LibraryDocumentation

    assert LibraryDocumentation("RealtimeLibrary").keywords


def runs_dry() -> None:
    """As `robot --dryrun` does."""
    import robot

    suite = Path(__file__).parent / "open_and_close.robot"
    assert robot.run(suite, dryrun=True, output=None, log=None, report=None, console="none") == 0


TASKS: dict[str, Callable[[], None]] = {
    task.__name__: task for task in (imports_the_core, imports_the_library, reads_the_documentation, runs_dry)
}

if __name__ == "__main__":
    sys.addaudithook(refuse)
    TASKS[sys.argv[1]]()
    print("No effects")
