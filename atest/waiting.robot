*** Settings ***
Documentation     Waits return the first unread item that matches, whenever it came, and mark only that one read.

Library           Collections
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
Ten Waits For One Type Return Ten Successive Messages
    Subscribe To    training_progress
    FOR    ${epoch}    IN RANGE    1    11
        ${message} =    Wait For Message Matching    type=training_progress
        Should Be Equal    ${message.data.epoch}    ${epoch}
    END

A Message That Came Before The Wait Is Found
    Connect WebSocket    ${WS}/test/echo
    Send Message    early
    Send Ping
    ${message} =    Wait For Message    timeout=100ms
    Should Be Equal    ${message}    early

Messages Passed Over Stay Unread
    Connect WebSocket    ${WS}/test/echo
    Send All    one    two    three
    ${message} =    Wait For Message Matching    msg == 'three'
    Should Be Equal    ${message}    three
    ${first} =    Wait For Message
    Should Be Equal    ${first}    one
    ${second} =    Wait For Message
    Should Be Equal    ${second}    two

A Wait Lasts Until The Message Comes
    Connect WebSocket    ${WS}/test/later
    Send Message    ${{ {"after": 0.3, "send": {"type": "late"}} }}
    ${message} =    Wait For Message Matching    type=late    timeout=5s
    Should Be Equal    ${message.type}    late

Several Messages Come As A List
    Subscribe To    training_progress
    ${messages} =    Wait For Messages    5    timeout=10s    type=training_progress
    ${epochs} =    Evaluate    [message.data.epoch for message in $messages]
    Should Be Equal    ${epochs}    ${{ [1, 2, 3, 4, 5] }}

Too Few Messages Are A Failure With Both Counts
    Connect WebSocket    ${WS}/test/echo
    Send All    one    two    three
    Run Keyword And Expect Error    Expected 5 messages, received 3*    Wait For Messages    5    timeout=300ms

Silence Is A Failure That Says So
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error
    ...    Expected *message* was not received within 0.2 seconds on 'websocket-1'*
    ...    Wait For Message    timeout=200ms

A Failure Shows What Came Instead
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "training_progres"}
    Run Keyword And Expect Error
    ...    Expected message of type 'training_progress' was not received*training_progres"*
    ...    Wait For Message Matching    type=training_progress    timeout=200ms

Every Kind Of Condition Selects
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "alert", "severity": "info", "data": {"level": 1}}
    Send Message    {"type": "alert", "severity": "critical", "data": {"level": 9}}
    VAR    ${schema}    ${{ {"properties": {"data": {"properties": {"level": {"minimum": 5}}}}} }}
    VAR    ${LIMIT}    ${5}    scope=TEST
    VAR    &{subset}    severity=critical
    Second Should Be Found    predicate=msg.type == 'alert' and msg.severity == 'critical'
    Second Should Be Found    predicate=msg['data']['level'] > $LIMIT
    Second Should Be Found    predicate=${subset}
    Second Should Be Found    predicate=${{ re.compile("crit.*9") }}
    Second Should Be Found    predicate=${{ lambda message: message.data.level == 9 }}
    Second Should Be Found    regexp=critical
    Second Should Be Found    jsonpath=$.data[?@ > 5]
    Second Should Be Found    schema=${schema}
    Second Should Be Found    keyword=Is Critical
    Second Should Be Found    predicate=msg.data.level > 1    type=alert    regexp=crit

A Field That Is Missing Is No Match
    Connect WebSocket    ${WS}/test/echo
    Send All    plain text    {"type": "other"}    {"data": {"epoch": 6}}
    ${message} =    Wait For Message Matching    msg.data.epoch > 5
    Should Be Equal    ${message.data.epoch}    ${6}

A Mark Separates Before From After
    Connect WebSocket    ${WS}/test/echo
    Send Message    before
    Message Should Be Received    regexp=before
    ${mark} =    Set Mark
    Send Message    after
    ${message} =    Wait For Message    since=${mark}
    Should Be Equal    ${message}    after
    ${message} =    Wait For Message
    Should Be Equal    ${message}    before

Collect Returns What Is Unread And What Arrives
    Subscribe To    training_progress
    Message Should Be Received    training_progress
    ${messages} =    Collect Messages    2s    type=training_progress
    Length Should Be    ${messages}    20
    ${again} =    Collect Messages    100ms    type=training_progress
    Should Be Empty    ${again}

One Keyword Sends And Waits For The Reply
    Connect WebSocket    ${WS}/api/v1/ws/rpc
    VAR    &{params}    a=${2}    b=${3}
    VAR    &{slow params}    a=${20}    b=${30}    delay=${0.2}
    VAR    &{slow}    id=slow    type=request    method=add    params=${slow params}
    VAR    &{fast}    id=fast    type=request    method=add    params=${params}
    Send Message    ${slow}
    ${reply} =    Send Message And Wait For Reply    ${fast}    correlate=id
    Should Be Equal    ${reply.data}    ${5}
    ${reply} =    Wait For Message Matching    msg.id == 'slow'
    Should Be Equal    ${reply.data}    ${50}

Only Replies After The Send Count
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "reply", "number": 1}
    Message Should Be Received    reply
    ${reply} =    Send Message And Wait For Reply    {"type": "reply", "number": 2}    type=reply
    Should Be Equal    ${reply.number}    ${2}

A Close Ends A Wait At Once
    Connect WebSocket    ${WS}/test/later
    Send Message    ${{ {"after": 0.2, "close": 4002, "reason": "maintenance"} }}
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error
    ...    *closed*4002*maintenance*
    ...    Wait For Message Matching    type=never    timeout=30s
    Should Be True    time.monotonic() - $begin < 5

Waiting On A Closed Connection Finds What Is Unread
    Connect WebSocket    ${WS}/test/close?messages=2
    WebSocket Should Be Closed    timeout=2s
    ${message} =    Wait For Message
    Should Be Equal    ${message.seq}    ${1}

Events Are Waited For By Type
    Connect SSE    ${HTTP}/api/v1/sse/status
    ${event} =    Wait For SSE Event    training_progress
    Should Be Equal    ${event.event}    training_progress
    Should Be Equal    ${event.parsed_data.data.epoch}    ${1}
    ${event} =    Wait For SSE Event    message
    Should Be Equal    ${event.parsed_data.type}    risk_alert
    ${events} =    Wait For SSE Events    3    event=training_progress
    ${epochs} =    Evaluate    [event.parsed_data.data.epoch for event in $events]
    Should Be Equal    ${epochs}    ${{ [2, 3, 4] }}

A Clean End Of The Stream Ends A Wait At Once
    Connect SSE    ${HTTP}/test/sse/count?count=3
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error
    ...    Expected event 'never' was not received*ended*
    ...    Wait For SSE Event    never    timeout=30s
    Should Be True    time.monotonic() - $begin < 5
    ${events} =    Wait For SSE Events    3
    Length Should Be    ${events}    3


*** Keywords ***
Subscribe To
    [Arguments]    ${channel}
    Connect WebSocket    ${WS}/api/v1/ws/training-monitor
    VAR    &{subscribe}    type=subscribe    channel=${channel}
    Send Message    ${subscribe}

Send All
    [Arguments]    @{messages}
    FOR    ${message}    IN    @{messages}
        Send Message    ${message}
    END
    Send Ping

Second Should Be Found
    [Arguments]    ${predicate}=${None}    &{conditions}
    ${message} =    Message Should Be Received    predicate=${predicate}    timeout=1s    &{conditions}
    Should Be Equal    ${message.data.level}    ${9}

Is Critical
    [Arguments]    ${message}
    RETURN    ${{ $message.severity == 'critical' }}
