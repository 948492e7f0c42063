*** Settings ***
Documentation     Assertions about whole streams: each passes, names the offenders, and refuses an empty record.

Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
Values In Order Pass
    Receive Ticks    5
    Messages Should Be In Order    $.seq
    Messages Should Be In Order    msg.seq    strictly ascending
    Messages Should Be In Order    -msg.seq    descending

Values Out Of Order Are Named
    Echo    {"seq": 1}    {"seq": 3}    {"seq": 2}    {"seq": "4"}    {"other": 5}
    ${text} =    Run Keyword And Expect Error    *
    ...    Messages Should Be In Order    $.seq
    Should Start With    ${text}
    ...    Expected messages in ascending order of $.seq on 'websocket-1': 2 places out of order among 4 values.
    Should Contain    ${text}    2 (int) in #3 came after 3 (int) in #2
    Should Contain    ${text}    '4' (str) in #4 came after 2 (int) in #3, which it cannot be compared with
    Should Contain    ${text}    1 message without a value at $.seq not counted.

Order Of Nothing Fails
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *: nothing was checked, no message was received.
    ...    Messages Should Be In Order    $.seq
    Echo    {"seq": 1}    text
    Run Keyword And Expect Error    *: nothing was checked, none of 2 messages has a value there.
    ...    Messages Should Be In Order    $.number
    Run Keyword And Expect Error    *: nothing was checked, none of 2 messages is selected.
    ...    Messages Should Be In Order    $.seq    type=tick

Numbers Without Gaps Pass Across Reconnects
    Connect SSE    ${HTTP}/test/sse/count?count=9&drop_after=3    auto_reconnect=True    reconnect_delay=0s
    Wait For SSE Events    9
    Messages Should Have No Gaps Or Duplicates    $.seq
    Messages Should Have No Gaps Or Duplicates    int(event.id)

Gaps And Duplicates Are Named With Their Connection
    Connect WebSocket
    ...    ${WS}/api/v1/ws/unreliable?session=gaps&messages=2
    ...    auto_reconnect=True
    ...    reconnect_delay=0s
    Wait For Message Matching    msg.data.seq == 4
    Messages Should Have No Gaps Or Duplicates    $.data.seq
    ${text} =    Run Keyword And Expect Error    *
    ...    Messages Should Have No Gaps Or Duplicates    msg.data.seq if msg.data.seq != 3 else 9
    Should Contain    ${text}    5 numbers missing, 0 duplicates, 0 values not of the series, among 4 values.
    Should Contain    ${text}    gap: 5 to 8 missing between
    Should Contain    ${text}    , on connection 2 of 2
    ${text} =    Run Keyword And Expect Error    *
    ...    Messages Should Have No Gaps Or Duplicates    min(msg.data.seq, 3)
    Should Contain    ${text}    duplicate: 3 of #4 came again as #5, on connection 2 of 2

Numbers Of Nothing Fail
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *: nothing was checked, no message was received.
    ...    Messages Should Have No Gaps Or Duplicates    $.seq
    Run Keyword And Expect Error    Argument 'step' must not be 0.
    ...    Messages Should Have No Gaps Or Duplicates    $.seq    step=0

A Sequence May Have Others In Between
    Receive Ticks    6
    VAR    @{steps}    msg.seq == 2    msg.seq == 4    msg.seq == 6
    Messages Should Arrive In Sequence    ${steps}
    ${text} =    Run Keyword And Expect Error    *
    ...    Messages Should Arrive In Sequence    ${steps}    strict=True
    Should Contain    ${text}    without others in between
    Should Contain    ${text}    1. msg.seq == 2: done #2
    Should Contain    ${text}    2. msg.seq == 4: early #4
    Should Contain    ${text}    In between came #3

A Sequence Is Awaited
    Connect WebSocket    ${WS}/test/later
    Send Message    {"send": {"type": "accepted"}}
    Send Message    {"after": 0.1, "send": {"type": "filled"}}
    VAR    @{steps}    msg.type == 'accepted'    ${{ {"type": "filled"} }}
    Messages Should Arrive In Sequence    ${steps}    timeout=5s

Missing And Early Steps Are Marked
    Echo    {"type": "filled"}    {"type": "accepted"}
    VAR    @{steps}    msg.type == 'accepted'    msg.type == 'filled'    msg.type == 'settled'
    ${text} =    Run Keyword And Expect Error    *
    ...    Messages Should Arrive In Sequence    ${steps}    timeout=200ms
    Should Start With
    ...    ${text}
    ...    Expected 3 steps in sequence within 0.2 seconds on 'websocket-1': 1 done, 2 messages checked
    Should Contain    ${text}    1. msg.type == 'accepted': done #2
    Should Contain    ${text}    2. msg.type == 'filled': early #1
    Should Contain    ${text}    3. msg.type == 'settled': missing

A Sequence In An Empty Record Fails
    Connect WebSocket    ${WS}/test/close?messages=0
    VAR    @{steps}    msg.type == 'accepted'
    ${text} =    Run Keyword And Expect Error    *
    ...    Messages Should Arrive In Sequence    ${steps}
    Should Contain    ${text}    nothing was checked, no message was received; closed by
    Run Keyword And Expect Error    Argument 'conditions' must have at least one condition.
    ...    Messages Should Arrive In Sequence    ${{ [] }}

All Of Several May Come In Any Order
    Connect WebSocket    ${WS}/test/later
    Send Message    {"send": {"channel": "b"}}
    Send Message    {"after": 0.1, "send": {"channel": "a"}}
    VAR    @{parts}    msg.channel == 'a'    msg.channel == 'b'
    All Messages Should Be Received    ${parts}    timeout=5s
    ${text} =    Run Keyword And Expect Error    *
    ...    All Messages Should Be Received    ${{ ["msg.channel == 'b'", {"channel": "c"}] }}    timeout=200ms
    Should Start With
    ...    ${text}
    ...    Expected all of 2 conditions to be met within 0.2 seconds on 'websocket-1': 1 missing
    Should Contain    ${text}    missing: {'channel': 'c'}
    Should Contain    ${text}    \#1: msg.channel == 'b'

All Of Several In An Empty Record Fails
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *nothing was checked, no message was received*
    ...    All Messages Should Be Received    ${{ ["msg.a"] }}    timeout=100ms

Every Message Has To Match
    Receive Ticks    3
    Every Message Should Match    msg.seq > 0
    Every Message Should Match    type=tick
    ${text} =    Run Keyword And Expect Error    *
    ...    Every Message Should Match    msg.seq < 3
    Should Start With    ${text}
    ...    Expected every message to be a message matching msg.seq < 3 on 'websocket-1': 1 of 3 does not match.
    Should Contain    ${text}    \#3${SPACE * 2}{"type": "tick", "seq": 3
    Should Contain    ${text}    msg.seq < 3: $.seq was 3 (int)

Every Message Is Valid Against The Schema Of Its Type
    Echo    {"type": "ack", "id": 1}    {"type": "tick", "price": "5"}    {"type": "other"}
    VAR    &{schemas}    ack=${{ {"required": ["id"]} }}    tick=${{ {"properties": {"price": {"type": "number"}}} }}
    ${text} =    Run Keyword And Expect Error    *
    ...    Every Message Should Match    schema_by_type=${schemas}
    Should Contain    ${text}    2 of 3 does not match.
    Should Contain    ${text}    $.price was '5' (str) ('5' is not of type 'number')
    Should Contain    ${text}    was 'other' (str) (no schema for this type)

Every Message That Arrives In The Time Has To Match Too
    Connect WebSocket    ${WS}/test/later
    Send Message    {"send": {"value": 1}}
    Send Message    {"after": 0.2, "send": {"value": -1}}
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error    *1 of 2 does not match.*
    ...    Every Message Should Match    msg.value > 0    timeout=30s
    Should Be True    time.monotonic() - $begin < 5
    Run Keyword And Expect Error    *1 of 2 matches.*
    ...    No Message Should Match    msg.value < 0    timeout=30s

No Message May Match
    Receive Ticks    3
    No Message Should Match    msg.seq > 3
    ${text} =    Run Keyword And Expect Error    *
    ...    No Message Should Match    msg.seq > 1
    Should Start With    ${text}    Expected no message matching msg.seq > 1 on 'websocket-1': 2 of 3 matches.

Rules For Every Message Need Messages And A Condition
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *: nothing was checked, no message was received.
    ...    Every Message Should Match    msg.a
    Run Keyword And Expect Error    *: nothing was checked, no message was received.
    ...    No Message Should Match    msg.a
    Run Keyword And Expect Error    Give a condition*
    ...    Every Message Should Match
    Run Keyword And Expect Error    Give either*
    ...    Every Message Should Match    msg.a    schema_by_type=${{ {} }}

A Rule With A Timeout Does Not Pass On A Closed Connection
    Connect WebSocket    ${WS}/test/close?messages=2
    WebSocket Should Be Closed
    Every Message Should Match    type=tick
    Run Keyword And Expect Error    Cannot tell whether a message is received*
    ...    Every Message Should Match    type=tick    timeout=1s

What Was Dropped From A Full Record Is Named
    Connect WebSocket    ${WS}/test/flood?count=10    max_messages=4
    Wait For Message Matching    msg.seq == 10
    Messages Should Have No Gaps Or Duplicates    $.seq
    ${text} =    Run Keyword And Expect Error    *
    ...    All Messages Should Be Received    ${{ ["msg.seq == 1"] }}    timeout=100ms
    Should Contain    ${text}    The oldest 6 messages dropped from the full record: what is missed may be among them.
    Run Keyword And Expect Error    Cannot tell about every message on 'websocket-1': 4 messages checked.*
    ...    Every Message Should Match    type=tick
    Run Keyword And Expect Error
    ...    Cannot tell about every message on 'websocket-1': 4 messages checked, the condition*
    ...    No Message Should Match
    ...    msg.price < 0
    Run Keyword And Expect Error    Cannot tell how often 'websocket-1' received it: 6 items dropped*
    ...    Every Connection Should Receive    websocket-1    msg.seq == 10    timeout=100ms

Type And Event Are Two Words For The Same
    Connect SSE    ${HTTP}/test/sse/count?count=3
    Wait For SSE Events    3
    Messages Should Be In Order    data.seq    type=tick
    Messages Should Be In Order    data.seq    event=tick
    Run Keyword And Expect Error    Give either 'type' or 'event'*
    ...    Messages Should Be In Order    data.seq    event=tick    type=tick

An Own Text Replaces The Failure
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    No order
    ...    Messages Should Be In Order    $.seq    message=No order

A Live Stream Is Not Buffered
    Connect WebSocket    ${WS}/test/flood?rate=50&count=30
    Stream Should Not Be Buffered    within=100ms    items=5

A Burst Is Buffered
    Connect WebSocket    ${WS}/test/flood?rate=0&count=20
    Run Keyword And Expect Error
    ...    Expected messages spread over more than 5 seconds on 'websocket-1': all 20 came within*of them at once*
    ...    Stream Should Not Be Buffered    within=5s    items=5    timeout=500ms
    Run Keyword And Expect Error    *: only 20 came, at least 50 are needed to tell; the connection is open.
    ...    Stream Should Not Be Buffered    items=50    timeout=100ms

Buffering Of Nothing Cannot Be Told
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *: nothing was checked, no message was received; the connection is open.
    ...    Stream Should Not Be Buffered    timeout=100ms

The First Message Comes In Time
    Connect WebSocket    ${WS}/test/flood?rate=100&count=5
    ${seconds} =    First Message Should Arrive Within    2s
    Should Be True    0 < ${seconds} < 2
    Connect WebSocket    ${WS}/test/later
    Run Keyword And Expect Error    Nothing was sent on 'websocket-2' yet.
    ...    First Message Should Arrive Within    1s    after=send
    Send Message    {"after": 0.2, "send": {"type": "answer"}}
    ${seconds} =    First Message Should Arrive Within    2s    type=answer    after=send
    Should Be True    0.19 < ${seconds} < 2
    Run Keyword And Expect Error
    ...    Expected first message within 0.05 seconds after the last send on*: ?1 came after*exact to about 1 ms*
    ...    First Message Should Arrive Within
    ...    50ms
    ...    after=send

No First Message Fails When Time Is Up
    Connect WebSocket    ${WS}/test/echo
    ${mark} =    Set Mark
    Run Keyword And Expect Error
    ...    Expected first message within 0.1 seconds after the mark on 'websocket-1': none came; the connection is open.
    ...    First Message Should Arrive Within
    ...    100ms
    ...    since=${mark}
    Run Keyword And Expect Error    *after the handshake on 'websocket-1': none came; the connection is open.
    ...    First Message Should Arrive Within    100ms

Gaps And Rate Are Asserted
    Connect WebSocket    ${WS}/test/flood?rate=50&count=20
    Wait For Messages    20
    ${longest} =    Longest Gap Should Be    >    5ms
    Longest Gap Should Be    <    10s
    ${typical} =    Get Gap    p50
    Should Be True    0 < ${typical} <= ${longest}
    Get Gap    p95    <    10s
    Get Gap    max    ==    ${longest}
    ${rate} =    Get Message Rate    >    1
    Should Be True    ${rate} < 500

A Gap That Is Too Long Is Named
    Receive Ticks    3
    Run Keyword And Expect Error
    ...    Longest gap between messages on 'websocket-1', from #* (arrival times are exact to about 1 ms)*
    ...    Longest Gap Should Be
    ...    >
    ...    10s
    Run Keyword And Expect Error    Argument 'percentile' got value 'p0'*
    ...    Get Gap    p0
    Run Keyword And Expect Error    Argument 'percentile' got value 'median'*
    ...    Get Gap    median

Gaps Need Two Messages
    Connect WebSocket    ${WS}/test/echo
    FOR    ${keyword}    IN    Get Gap    Get Message Rate
        Run Keyword And Expect Error
        ...    Expected gaps between messages on 'websocket-1': nothing was checked, no message was received.
        ...    ${keyword}
    END
    Echo    one
    Run Keyword And Expect Error    Expected gaps between messages on 'websocket-1': only 1 message.
    ...    Longest Gap Should Be    <    1s

Heartbeats Are Comments Or What Matches
    Connect SSE    ${HTTP}/test/sse/script?pause=0.05&hold    method=POST    json=${{ [":\n\n"] * 8 }}
    Heartbeat Should Arrive Every    1s    count=3
    Get SSE Event Count    ==    0
    Connect WebSocket    ${WS}/test/flood?rate=50
    Heartbeat Should Arrive Every    1s    count=3    type=tick

A Late Heartbeat Is Named
    Connect WebSocket    ${WS}/test/echo    ping_interval=${None}
    ${text} =    Run Keyword And Expect Error    *
    ...    Heartbeat Should Arrive Every    100ms    count=2    tolerance=0s
    Should Start With
    ...    ${text}
    ...    Expected 2 times a heartbeat every 0.1 seconds on 'websocket-1': 0 on time, 1 late, 0 in all
    Should Contain    ${text}    nothing for 0.1
    Send Ping
    ${mark} =    Set Mark
    Run Keyword And Expect Error    Expected 1 times a message matching msg == 'x' every*
    ...    Heartbeat Should Arrive Every    50ms    count=1    predicate=msg == 'x'    since=${mark}

Pongs Are Heartbeats
    Connect WebSocket    ${WS}/test/echo    ping_interval=100ms
    Heartbeat Should Arrive Every    2s    count=3

An Idle Connection Survives
    Connect WebSocket    ${WS}/test/echo    ping_interval=${None}
    Connection Should Survive Idle    200ms
    Connect SSE    ${HTTP}/test/sse/request
    Connection Should Survive Idle    200ms

An Idle Connection That Closes Fails
    Connect WebSocket    ${WS}/test/later    ping_interval=${None}
    Send Message    {"after": 0.2, "close": 1001, "reason": "idle"}
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error
    ...    Expected 'websocket-1' to stay open for 30 seconds without traffic from here: closed by the server with 1001*
    ...    Connection Should Survive Idle
    ...    30s
    Should Be True    time.monotonic() - $begin < 5
    Run Keyword And Expect Error    It died
    ...    Connection Should Survive Idle    30s    message=It died

Own Pings Would Spoil Idleness
    Connect WebSocket    ${WS}/test/echo    ping_interval=1s
    Run Keyword And Expect Error    'websocket-1' sends a ping every 1 second, so it is never idle for 2 seconds.*
    ...    Connection Should Survive Idle    2s


*** Keywords ***
Receive Ticks
    [Documentation]    Receives this many ticks, numbered from 1.
    [Arguments]    ${count}
    Connect WebSocket    ${WS}/test/flood?rate=200&count=${count}
    Wait For Messages    ${count}

Echo
    [Documentation]    Receives these messages from the echo endpoint.
    [Arguments]    @{messages}
    ${open} =    Get Connections
    IF    not $open    Connect WebSocket    ${WS}/test/echo
    FOR    ${message}    IN    @{messages}
        Send Message    ${message}
    END
    Wait For Messages    ${{ len($messages) }}
