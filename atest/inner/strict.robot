*** Settings ***
Documentation     Tests of strict mode that leave something behind.

Library           RealtimeLibrary    strict=True    ignore_types=heartbeat
Library           atest.servers.DemoServer

Suite Setup       Start
Suite Teardown    Stop Demo Server


*** Test Cases ***
Everything Is Read
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "ack"}
    Send Message    {"type": "heartbeat"}
    Wait For Message Matching    type=heartbeat
    Wait For Message Matching    type=ack

Ignored Types Need Not Be Read
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "heartbeat"}
    Message Should Be Received    heartbeat

Unread Messages Are Left
    Connect WebSocket    ${WS}/test/flood?count=3
    Get Message Count    >=    0
    Message Should Be Received    tick    predicate=msg.seq == 3
    Send Message    one    alias=suite

An Unexpected Close Is Left
    Connect WebSocket    ${WS}/test/close?code=1011&reason=boom
    Wait For Close

An Asserted Close Is Fine
    Connect WebSocket    ${WS}/test/close?code=1011&reason=boom
    WebSocket Should Be Closed    code=1011

An Own Close Is Fine
    Connect WebSocket    ${WS}/test/echo
    Disconnect WebSocket

A Stream That Ends Is Fine
    Connect SSE    ${HTTP}/test/sse/count?count=1
    Wait For SSE Event    tick

An Error Is Left
    Connect SSE    ${HTTP}/test/sse/count?count=1    auto_reconnect=True    reconnect_delay=60s
    Wait For SSE Event    tick
    Wait Until Keyword Succeeds    5s    10ms    Get SSE State    ==    RECONNECTING

Dropped Messages Are Left
    Connect WebSocket    ${WS}/test/flood?count=5    max_messages=2
    Wait For Message Matching    msg.seq == 5

A Failed Test Keeps Its Failure
    Connect WebSocket    ${WS}/test/flood?count=3
    Fail    My own failure


*** Keywords ***
Start
    [Documentation]    Opens a connection that belongs to the suite.
    ${address} =    Start Demo Server
    VAR    ${WS}    ws://${address}    scope=SUITE
    VAR    ${HTTP}    http://${address}    scope=SUITE
    Connect WebSocket    ${WS}/test/echo    alias=suite
    Send Message    before
    Message Should Be Received

Wait For Close
    [Documentation]    Waits until the connection is closed, without asserting it.
    WHILE    True    limit=10s
        ${connected} =    Is WebSocket Connected
        IF    not ${connected}    BREAK
    END
