*** Settings ***
Documentation     Assertions look at the whole record and consume nothing.

Library           Collections
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
An Assertion Returns The Message And Leaves It Unread
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "ack", "number": 1}
    ${message} =    Message Should Be Received    ack
    Should Be Equal    ${message.number}    ${1}
    ${again} =    Message Should Be Received    ack
    Should Be Equal    ${again}    ${message}
    ${message} =    Wait For Message
    Should Be Equal    ${message.number}    ${1}

A Missing Message Fails With The Words Of The Guide
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error
    ...    Expected message of type 'training_progress' was not received within 0.2 seconds on 'websocket-1'*
    ...    Message Should Be Received    training_progress    timeout=200ms

An Own Text Can Replace The Failure
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error
    ...    No acknowledgement*
    ...    Message Should Be Received    ack    timeout=100ms    message=No acknowledgement

Quiet Time Passes A Negative Assertion
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "ack"}
    ${begin} =    Evaluate    time.monotonic()
    Message Should Not Be Received    error    timeout=300ms
    Should Be True    time.monotonic() - $begin >= 0.3

An Offender In The Record Fails At Once
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "error", "text": "disk full"}
    Message Should Be Received    error
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error
    ...    Unexpected message of type 'error' was received*disk full*
    ...    Message Should Not Be Received    error    timeout=30s
    Should Be True    time.monotonic() - $begin < 1

An Offender That Arrives Ends The Quiet Time
    Connect WebSocket    ${WS}/test/later
    Send Message    ${{ {"after": 0.2, "send": {"type": "error"}} }}
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error
    ...    Unexpected message of type 'error' was received*
    ...    Message Should Not Be Received    error    timeout=30s
    Should Be True    time.monotonic() - $begin < 5

A Closed Connection Never Passes A Negative Assertion
    Connect WebSocket    ${WS}/test/echo
    Disconnect WebSocket
    Run Keyword And Expect Error    *closed*    Message Should Not Be Received    error    timeout=100ms

A Close In The Quiet Time Fails A Negative Assertion
    Connect WebSocket    ${WS}/test/later
    Send Message    ${{ {"after": 0.1, "close": 1001} }}
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error    *closed*1001*    Message Should Not Be Received    error    timeout=30s
    Should Be True    time.monotonic() - $begin < 5

A Mark Excuses What Came Before
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"type": "error"}
    Message Should Be Received    error
    ${mark} =    Set Mark
    Message Should Not Be Received    error    timeout=100ms    since=${mark}

Events Are Asserted By Type And Data
    Connect SSE    ${HTTP}/api/v1/sse/status
    ${event} =    SSE Event Should Be Received    training_progress
    Should Be Equal    ${event.parsed_data.status}    running
    SSE Event Should Not Be Received    error    timeout=100ms
    Run Keyword And Expect Error
    ...    Expected event 'training_done' was not received within 0.2 seconds on 'sse-1'*
    ...    SSE Event Should Be Received    training_done    timeout=200ms
    Run Keyword And Expect Error
    ...    Unexpected event 'training_progress' was received*
    ...    SSE Event Should Not Be Received    training_progress    timeout=30s

Data Matches A Pattern Or A Subset
    Connect SSE    ${HTTP}/api/v1/sse/status
    ${data} =    SSE Data Should Match    training|progress
    Should Be Equal    ${data.type}    training_progress
    VAR    &{subset}    type=training_progress    status=running
    SSE Data Should Match    ${subset}
    VAR    &{other}    type=training_progress    status=stopped
    Run Keyword And Expect Error
    ...    Expected SSE data matching * was not received*status*
    ...    SSE Data Should Match    ${other}    timeout=200ms

A Clean Stream Has No Errors
    Connect SSE    ${HTTP}/test/sse/count?count=3
    SSE Should Be Closed    timeout=2s
    SSE Should Have No Errors

A Lost WebSocket Has Errors
    Connect WebSocket    ${WS}/test/later
    WebSocket Should Have No Errors
    Send Message    ${{ {"drop": True} }}
    WebSocket Should Be Closed    timeout=2s
    Run Keyword And Expect Error    STARTS: WebSocket error detected:    WebSocket Should Have No Errors

The Number Of Messages Can Be Asserted
    Connect WebSocket    ${WS}/test/close?messages=4
    WebSocket Should Be Closed    timeout=2s
    Get Message Count    ==    4
    Get Message Count    <    3    predicate=msg.seq > 2
    ${count} =    Get Message Count
    Should Be Equal    ${count}    ${4}
    Run Keyword And Expect Error    *4*should be*5*    Get Message Count    ==    5

Records Tell Number, Time And Size
    Connect WebSocket    ${WS}/test/close?messages=2
    WebSocket Should Be Closed    timeout=2s
    ${messages} =    Get Messages    details=True
    Should Be Equal    ${messages[1].number}    ${2}
    Should Be True    ${messages[0].received_at} <= ${messages[1].received_at}
    Should Be Equal    ${messages[1].size}    ${messages[0].size}
    Should Be Equal    ${messages[1].payload.seq}    ${2}

Clearing Empties The Record
    Connect WebSocket    ${WS}/test/echo
    Send Message    one
    Message Should Be Received    regexp=one
    Clear Messages
    ${messages} =    Get Messages
    Should Be Empty    ${messages}
    Run Keyword And Expect Error
    ...    Expected message matching * was not received*
    ...    Message Should Be Received    regexp=one    timeout=100ms
