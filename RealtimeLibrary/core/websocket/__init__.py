"""The WebSocket transport, on top of `websockets` (RFC 6455).

`tester` is the public class and its life cycle, `link` one opened connection, `receiving` how bytes become recorded
messages with `frames` as its pure part, `ending` how a connection ended, `translation` the words for failed handshakes.
"""
