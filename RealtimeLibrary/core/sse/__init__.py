"""The Server-Sent Events transport, on top of `httpx` (WHATWG HTML 9.2).

`tester` is the public class, `session` the life of a stream with its reconnections, `transport` one request and its
body, `request` the pure decisions about both, `event_stream` the parser.
"""
