"""RealtimeLibrary: test WebSocket and Server-Sent Events features.

`RealtimeLibrary.RealtimeLibrary` is the Robot Framework library. It is loaded only when asked for (PEP 562), so that
`RealtimeLibrary.core`, the asyncio testers for pytest, is usable without importing Robot Framework.
"""

from typing import TYPE_CHECKING, Any

from RealtimeLibrary.version import __version__

if TYPE_CHECKING:
    from RealtimeLibrary.library import RealtimeLibrary

__all__ = ["RealtimeLibrary", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "RealtimeLibrary":
        from RealtimeLibrary.library import RealtimeLibrary

        return RealtimeLibrary
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
