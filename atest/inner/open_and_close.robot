*** Settings ***
Documentation    A run with both kinds of connections, all left to close by themselves.

Library          RealtimeLibrary


*** Test Cases ***
Both kinds of connections
    Connect WebSocket    ${WS}/test/echo
    Connect SSE    ${HTTP}/test/sse/count?count=1
    Send Message    hello
    Wait For Message
    Wait For SSE Event
