*** Settings ***
Documentation     Nothing is lost, however fast it comes and whatever the test does meanwhile.

Library           Collections
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Test Cases ***
Nothing Is Lost While Robot Sleeps Under 1,000 Messages A Second
    Connect WebSocket    ${WS}/test/flood?count=2500&rate=1000&size=154
    Sleep    2s
    Get Message Count    >    1500
    ${messages} =    Wait For Messages    2500    timeout=10s
    ${numbers} =    Evaluate    [message.seq for message in $messages]
    Should Be Equal    ${numbers}    ${{ list(range(1, 2501)) }}

Arrival Times Are Those Of The Messages, Not Of The Keywords
    Connect WebSocket    ${WS}/test/flood?count=500&rate=500
    Sleep    1.5s
    ${messages} =    Get Messages    details=True
    Length Should Be    ${messages}    500
    ${spread} =    Evaluate    $messages[-1].received_at - $messages[0].received_at
    Should Be True    0.7 < ${spread} < 1.4

A Burst Is Recorded Whole
    Connect WebSocket    ${WS}/test/flood?count=20000&size=154
    ${messages} =    Wait For Messages    20000    timeout=30s
    Should Be Equal    ${messages[-1].seq}    ${20000}

A Full Record Drops The Oldest And Says So
    Connect WebSocket    ${WS}/test/close?messages=500    max_messages=100
    WebSocket Should Be Closed    timeout=5s
    ${messages} =    Get Messages
    Length Should Be    ${messages}    100
    Should Be Equal    ${messages[0].seq}    ${401}
    Run Keyword And Expect Error
    ...    *400*dropped*
    ...    Message Should Be Received
    ...    predicate=msg.seq == 1
    ...    timeout=100ms

Ticks Are Collected And In Order
    Connect WebSocket    ${WS}/api/v1/ws/tick-data
    VAR    @{symbols}    AAPL    GOOGL    MSFT
    VAR    &{subscribe}    type=subscribe    channel=tick_updates    symbols=${symbols}
    Send Message    ${subscribe}
    ${ticks} =    Collect Messages    1s    type=tick_update
    ${count} =    Get Length    ${ticks}
    Should Be True    ${count} > 100
    ${times} =    Evaluate    [tick.data.timestamp for tick in $ticks]
    Should Be Equal    ${times}    ${{ sorted($times) }}
