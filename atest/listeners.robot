*** Settings ***
Documentation     Listeners: each item exactly once, in order, in Robot's thread, before the wait returns it.

Library           Collections
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend
Test Setup        Start Listening


*** Test Cases ***
A Listener Hears Every Message In Order
    Connect WebSocket    ${WS}/test/flood?count=100
    On Message    Note Number    first
    Wait For Messages    100
    Should Be Equal    ${HEARD}    ${{ [("first", number) for number in range(1, 101)] }}

A Listener Hears What Was Recorded Before It Was Registered
    Connect WebSocket    ${WS}/test/close?messages=3
    WebSocket Should Be Closed    timeout=2s
    On Message    Note Number    late
    Set Mark
    Should Be Equal    ${HEARD}    ${{ [("late", 1), ("late", 2), ("late", 3)] }}

Several Listeners Hear Each Message In Order Of Registration
    Connect WebSocket    ${WS}/test/close?messages=2
    On Message    Note Number    a
    On Message    Note Number    b
    Wait For Messages    2
    ${a} =    Evaluate    [number for name, number in $HEARD if name == "a"]
    ${b} =    Evaluate    [number for name, number in $HEARD if name == "b"]
    Should Be Equal    ${a}    ${{ [1, 2] }}
    Should Be Equal    ${b}    ${{ [1, 2] }}

A Wait Returns A Message After Its Listeners Have Run
    Connect WebSocket    ${WS}/test/flood?count=20&rate=100
    On Message    Note Number    seen
    FOR    ${number}    IN RANGE    1    21
        ${message} =    Wait For Message
        Should Be Equal    ${message.seq}    ${number}
        List Should Contain Value    ${HEARD}    ${{ ("seen", $number) }}
    END
    Length Should Be    ${HEARD}    20

Listeners Run In Robot's Thread
    Connect WebSocket    ${WS}/test/close?messages=1
    On Message    Note Thread
    Wait For Message
    Should Be Equal    ${HEARD}    ${{ ["MainThread"] }}

A Failing Listener Fails The Keyword That Ran It
    Connect WebSocket    ${WS}/test/later
    On Message    Refuse
    Send Message    ${{ {"after": 0.2, "send": "poison"} }}
    Run Keyword And Expect Error    *Refused: "poison"*    Wait For Message

An Unknown Listener Keyword Is Refused
    Connect WebSocket    ${WS}/test/close?messages=1
    Run Keyword And Expect Error    *No Such Keyword*    Listen And Wait    No Such Keyword

A Listener Slower Than The Stream Does Not Hold Up A Keyword For Ever
    [Timeout]    60s
    Connect WebSocket    ${WS}/test/flood?rate=100
    On Message    Hear Slowly
    ${messages} =    Collect Messages    300ms
    Should Be True    len($HEARD) >= len($messages)

Close And Error Are Heard
    Connect WebSocket    ${WS}/test/close?code=4001&reason=bye
    On WebSocket Close    Note
    WebSocket Should Be Closed    timeout=2s
    Set Mark
    Length Should Be    ${HEARD}    1
    Should Be Equal As Strings    ${HEARD[0][0]}    4001
    Should Be Equal    ${HEARD[0][1]}    bye

A Lost Connection Is Heard As An Error
    Connect WebSocket    ${WS}/test/later
    On WebSocket Error    Note
    Send Message    ${{ {"drop": True} }}
    WebSocket Should Be Closed    timeout=2s
    Set Mark
    Length Should Be    ${HEARD}    1
    Should Contain    ${HEARD[0][0]}    clos

Events Are Heard With Type And Data
    Connect SSE    ${HTTP}/test/sse/count?count=3
    On SSE Event    Note Event
    On SSE Close    Note Stream End
    SSE Should Be Closed    timeout=2s
    Set Mark
    Should Be Equal    ${HEARD}    ${{ ["tick 1", "tick 2", "tick 3", "end"] }}


*** Keywords ***
Start Listening
    VAR    ${HEARD}    ${{ [] }}    scope=TEST

Note Number
    [Arguments]    ${message}    ${name}
    Append To List    ${HEARD}    ${{ ($name, $message.seq) }}

Note
    [Arguments]    @{what}
    Append To List    ${HEARD}    ${what}

Note Thread
    [Arguments]    ${_}
    Append To List    ${HEARD}    ${{ threading.current_thread().name }}

Note Event
    [Arguments]    ${event}
    Append To List    ${HEARD}    ${event.event} ${event.parsed_data.seq}

Note Stream End
    [Arguments]    @{why}
    Append To List    ${HEARD}    end

Hear Slowly
    [Arguments]    ${message}
    Sleep    15ms
    Append To List    ${HEARD}    ${message.seq}

Refuse
    [Arguments]    ${message}
    Fail    Refused: ${message}

Listen And Wait
    [Arguments]    ${keyword}
    On Message    ${keyword}
    Wait For Message
