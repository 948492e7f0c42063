"""The servers that the demo and the tests talk to, importable as Robot libraries and from pytest.

`DemoServer` plays the backend of the guide and offers test endpoints; `FaultServer` misbehaves in every way a peer
can. Both run in a thread of their own on a free loopback port, and neither knows RealtimeLibrary.
"""

from atest.servers.demo_server import DemoServer
from atest.servers.fault_server import FaultServer

__all__ = ["DemoServer", "FaultServer"]
