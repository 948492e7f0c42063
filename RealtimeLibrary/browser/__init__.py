"""Streams of Browser library pages as ordinary connections.

    the page's own script        observer.js   in every document: state, close codes, event streams
    the browser's network layer  session.js    in the Browser library's Node process: WebSocket frames, pages, ends
    the way to Robot             uplink.js  →  uplink.py    one JSON object a line, numbered without a hole
    connections                  streams.py    what every wait, assertion and report works on

The Browser library is optional: nothing here imports it before `node.find_browser_library` is called.
"""
