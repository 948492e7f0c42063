*** Settings ***
Documentation    A wait that only an interrupt ends.

Library          RealtimeLibrary


*** Test Cases ***
A wait without end
    Connect WebSocket    ${WS}/test/echo
    Log To Console    Waiting for ever
    Wait For Message    timeout=1h
