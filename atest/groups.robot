*** Settings ***
Documentation     Many connections at once: groups, and who receives a broadcast.

Library           Collections
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
A Group Opens And Closes Together
    @{aliases} =    Connect WebSockets    ${WS}/test/room    count=20    alias=subscriber
    Length Should Be    ${aliases}    20
    Should Be Equal    ${aliases}[0]    subscriber-1
    WebSocket Should Be Connected    alias=subscriber-20
    Disconnect WebSocket    alias=subscriber
    WebSocket Should Be Closed    alias=subscriber-1
    Connect WebSockets    ${WS}/test/room    count=2    alias=subscriber

A Group Of Streams Opens And Closes Together
    @{aliases} =    Connect SSE Streams
    ...    ${HTTP}/test/sse/request
    ...    count=5
    ...    alias=reader
    ...    headers=${{ {"X-A": "b"} }}
    FOR    ${alias}    IN    @{aliases}
        ${request} =    Wait For SSE Event    request    alias=${alias}
        Should Be Equal    ${request.parsed_data.headers['x-a']}    b
    END
    Disconnect SSE    alias=reader
    SSE Should Be Closed    alias=reader-5

A Thousand Connections Open Quickly
    ${begin} =    Evaluate    time.monotonic()
    Connect WebSockets    ${WS}/test/echo    count=1000    alias=many    connect_timeout=20s
    ${seconds} =    Evaluate    time.monotonic() - $begin
    Log    1,000 connections opened in ${seconds} seconds.
    Should Be True    ${seconds} < 60
    WebSocket Should Be Connected    alias=many-1000

A Group That Cannot Open Leaves Nothing Open
    Run Keyword And Expect Error    3 of 3 connections could not be opened. First: *403*
    ...    Connect WebSockets    ${WS}/test/status/403    count=3    alias=denied
    @{connections} =    Get Connections
    Should Be Empty    ${connections}
    Run Keyword And Expect Error    Argument 'count' must be 1 or more, got 0.
    ...    Connect WebSockets    ${WS}/test/room    count=0

The Name Of A Group Is No Alias
    Connect WebSockets    ${WS}/test/room    count=2    alias=subscriber
    Run Keyword And Expect Error    'subscriber' is a group of 2 connections. Name one, as 'subscriber-1'.
    ...    Wait For Message    alias=subscriber
    Run Keyword And Expect Error    Alias 'subscriber-1' is in use by an open connection.*
    ...    Connect WebSockets    ${WS}/test/room    count=2    alias=subscriber

A Broadcast Reaches Two Hundred Subscribers
    Connect WebSockets    ${WS}/test/room    count=200    alias=subscriber
    Connect WebSocket    ${WS}/test/room    alias=publisher
    Send Message    {"type": "news"}
    ${skew} =    Every Connection Should Receive    subscriber    type=news    timeout=1s
    Should Be True    0 < ${skew} < 1
    Every Connection Should Receive    ${{ ["subscriber", "publisher"] }}    type=news    exactly=${None}

Who Missed A Broadcast Or Got It Twice Is Named
    Connect WebSockets    ${WS}/test/room    count=2    alias=reader
    Connect WebSockets    ${WS}/test/room?room=other    count=2    alias=away
    Send Message    {"type": "news", "room": ""}    alias=reader-1
    ${text} =    Run Keyword And Expect Error    *
    ...    Every Connection Should Receive    ${{ ["reader", "away"] }}    type=news    timeout=300ms
    Should Start With
    ...    ${text}
    ...    Expected message of type 'news' exactly 1 time on each of 4 connections within 0.3 seconds: 2 did not
    Should Contain    ${text}    missing on 'away-1': received 0 times
    Should Contain    ${text}    First on 'reader-1', last on 'reader-2'
    Send Message    {"type": "news", "room": "other", "copies": 2}    alias=reader-1
    Wait For Messages    2    alias=away-1
    Wait For Messages    2    alias=away-2
    ${begin} =    Evaluate    time.monotonic()
    ${text} =    Run Keyword And Expect Error    *
    ...    Every Connection Should Receive    away    type=news    timeout=30s
    Should Be True    time.monotonic() - $begin < 5
    Should Contain    ${text}    2 received it too often.
    Should Contain    ${text}    too often on 'away-1' 2 times: \#1, \#2, {"type": "news"

Exactly None Means Nobody
    Connect WebSockets    ${WS}/test/room    count=2    alias=reader
    Every Connection Should Receive    reader    type=news    exactly=0    timeout=200ms
    Run Keyword And Expect Error    Argument 'exactly' must be 0 or more, got -1.
    ...    Every Connection Should Receive    reader    exactly=-1
    Run Keyword And Expect Error    Argument 'aliases' must name at least one connection.
    ...    Every Connection Should Receive    ${{ [] }}
    Run Keyword And Expect Error    Silence
    ...    Every Connection Should Receive    reader    timeout=100ms    message=Silence

Only A Room Receives Its Messages
    Connect WebSockets    ${WS}/test/room?room=a    count=2    alias=room-a
    Connect WebSockets    ${WS}/test/room?room=b    count=2    alias=room-b
    Send Message    {"type": "news"}    alias=room-a-1
    Only Connections Should Receive    room-a    type=news    timeout=300ms
    Send Message    {"type": "news", "room": "b", "after": 0.2}    alias=room-a-1
    ${text} =    Run Keyword And Expect Error    *
    ...    Only Connections Should Receive    room-a    type=news    timeout=30s
    Should Contain    ${text}    should not have received it.
    Should Contain    ${text}    should not have reached 'room-b-1' 1 times: \#1, {"type": "news"

Nobody Else Is No Proof
    Connect WebSockets    ${WS}/test/room    count=2    alias=reader
    Run Keyword And Expect Error    No other connection is open that could receive it too.
    ...    Only Connections Should Receive    reader
    Connect WebSocket    ${WS}/test/later    alias=other
    Send Message    {"type": "news"}    alias=reader-1
    Send Message    {"after": 0.1, "close": 1000}    alias=other
    Run Keyword And Expect Error
    ...    Cannot tell whether 'other' receives message of type 'news': it was not connected for all*
    ...    Only Connections Should Receive
    ...    reader
    ...    type=news
    ...    timeout=500ms
