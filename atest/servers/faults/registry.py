"""The register of faults by name."""

from collections.abc import Awaitable, Callable

from atest.servers.wire import Exchange

Fault = Callable[[Exchange], Awaitable[None]]

FAULTS: dict[str, Fault] = {}


def fault(function: Fault) -> Fault:
    """Register a fault under its function's name with hyphens."""
    FAULTS[function.__name__.replace("_", "-")] = function
    return function
