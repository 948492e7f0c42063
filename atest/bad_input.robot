*** Settings ***
Documentation     Wrong use and bad servers get a clear error, and nothing is lost by it.

Library           Collections
Resource          resources/backend.resource
Resource          resources/faults.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Variables ***
${UNUSED_PORT}    1


*** Test Cases ***
A Port Nobody Listens On
    Should Fail At Connecting    *connection refused*    ws://127.0.0.1:${UNUSED_PORT}/x
    Run Keyword And Expect Error    *connection refused*    Connect SSE    http://127.0.0.1:${UNUSED_PORT}/x

A Server That Accepts And Never Answers
    [Setup]    Start Faults
    Should Fail At Connecting
    ...    WebSocket connection timeout*0.3 seconds*never-answers*no answer*
    ...    ${FAULT WS}/never-answers
    ...    connect_timeout=300ms
    Run Keyword And Expect Error
    ...    SSE connection timeout*0.3 seconds*never-answers*
    ...    Connect SSE    ${FAULT HTTP}/never-answers    connect_timeout=300ms
    [Teardown]    Stop Faults

A Name That Does Not Resolve
    Should Fail At Connecting    *no-such-host.invalid*    ws://no-such-host.invalid/x
    Run Keyword And Expect Error    *no-such-host.invalid*    Connect SSE    http://no-such-host.invalid/x

Rejected Handshakes Show Status And Body
    [Template]    Handshake Should Be Rejected
    401
    403
    404
    500

A Server That Is Not A WebSocket
    [Setup]    Start Faults
    Should Fail At Connecting    *200*Welcome*    ${FAULT WS}/http-200
    Should Fail At Connecting    *HTTP*220 mail.example.org*    ${FAULT WS}/plain-text
    Should Fail At Connecting    *Sec-WebSocket-Accept*    ${FAULT WS}/wrong-accept
    Should Fail At Connecting    *Upgrade*    ${FAULT WS}/missing-upgrade
    [Teardown]    Stop Faults

A Server That Is Not An Event Stream
    Run Keyword And Expect Error
    ...    Expected an event stream (Content-Type text/event-stream), got 'text/html*
    ...    Connect SSE    ${HTTP}/test/html

Bad URLs And Schemes
    Should Fail At Connecting    *ws://*    not a url
    Should Fail At Connecting    *http*ws://*    http://127.0.0.1/x
    Should Fail At Connecting    *port*    ws://127.0.0.1:notaport/x
    Run Keyword And Expect Error    *ws*http*    Connect SSE    ws://127.0.0.1/x

An Unknown Alias Lists The Known Ones
    Connect WebSocket    ${WS}/test/echo    alias=chat
    Run Keyword And Expect Error    Non-existing alias 'caht'*'chat'*    Wait For Message    alias=caht

An Open Connection's Alias Is Taken
    Connect WebSocket    ${WS}/test/echo    alias=chat
    Run Keyword And Expect Error    *'chat'*    Connect WebSocket    ${WS}/test/echo    alias=chat
    Connection Should Work

No Connection At All
    Run Keyword And Expect Error    WebSocket is not connected: no WebSocket connection has been opened.
    ...    Wait For Message
    Run Keyword And Expect Error    SSE is not connected: no SSE connection has been opened.
    ...    Wait For SSE Event

Timeouts That Are None
    [Template]    Timeout Should Be Refused
    0
    -1s
    soon

A Count Of Zero
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *count*    Wait For Messages    0
    Run Keyword And Expect Error    *count*    Wait For Messages    -2
    Connection Should Work

A Syntax Error In An Expression
    Condition Should Be Refused    Expression*syntax*    predicate=msg.type ==
    Condition Should Be Refused    Expression*no_such_name*    predicate=no_such_name > 1

An Assignment Swallowed By Robot
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *type == *    Wait For Message Matching    type=='alert'    timeout=200ms
    Connection Should Work

An Invalid Regular Expression
    Condition Should Be Refused    Regexp '(unclosed'*    regexp=(unclosed

An Invalid JSONPath
    Condition Should Be Refused    JSONPath '$.data['*    jsonpath=$.data[

An Invalid Schema
    VAR    &{schema}    type=no such type
    Condition Should Be Refused    *no such type*    schema=${schema}
    Condition Should Be Refused    Schema file*missing.json*    schema=${CURDIR}/missing.json

An Unknown Condition Keyword
    Connect WebSocket    ${WS}/test/echo
    Send Message    one
    Run Keyword And Expect Error    *No Such Keyword*    Wait For Message Matching    keyword=No Such Keyword

A Message That JSON Cannot Encode
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *JSON*    Send Message    ${{ {"when": datetime.datetime.now()} }}
    Run Keyword And Expect Error    *JSON*    Send Message    ${{ [float("nan")] }}
    Connection Should Work

Sending On A Closed Connection
    Connect WebSocket    ${WS}/test/echo
    Disconnect WebSocket
    Run Keyword And Expect Error    STARTS: WebSocket is not connected    Send Message    too late
    Connect WebSocket    ${WS}/test/close?code=4001&reason=bye    alias=theirs
    WebSocket Should Be Closed    timeout=2s
    Run Keyword And Expect Error    WebSocket is not connected*4001*bye*    Send Message    too late

A Close Code That Cannot Be Sent
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *1005*    Disconnect WebSocket    code=1005
    Connection Should Work

A Schema With A Message Of The Wrong Type
    Connect WebSocket    ${WS}/test/echo
    Send Message    {"epoch": "5"}
    VAR    &{expected}    epoch=${5}
    Run Keyword And Expect Error
    ...    *was '5' (str), expected 5 (int)*
    ...    Wait For Message Matching    ${expected}    timeout=200ms

Half A Secret
    VAR    &{headers}    Authorization=Bearer <secret>
    Run Keyword And Expect Error
    ...    *contains the text '<secret>'*VAR*
    ...    Connect WebSocket    ${WS}/test/echo    headers=${headers}


*** Keywords ***
Should Fail At Connecting
    [Documentation]    The error is clear, comes in time, and leaves no connection behind.
    [Arguments]    ${error}    @{arguments}    &{named}
    Run Keyword And Expect Error    ${error}    Connect WebSocket    @{arguments}    &{named}
    Connection Should Be Possible

Handshake Should Be Rejected
    [Arguments]    ${status}
    Should Fail At Connecting    *HTTP ${status}*The server says ${status}*    ${WS}/test/status/${status}
    Run Keyword And Expect Error
    ...    *${status}*The server says ${status}*
    ...    Connect SSE    ${HTTP}/test/status/${status}

Timeout Should Be Refused
    [Arguments]    ${timeout}
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error    *timeout*    Wait For Message    timeout=${timeout}
    Run Keyword And Expect Error    *timeout*    Message Should Not Be Received    error    timeout=${timeout}
    Connection Should Work

Condition Should Be Refused
    [Documentation]    At once, and with no message consumed.
    [Arguments]    ${error}    ${predicate}=${None}    &{conditions}
    Connect WebSocket    ${WS}/test/echo
    Run Keyword And Expect Error
    ...    ${error}
    ...    Wait For Message Matching    ${predicate}    timeout=30s    &{conditions}
    Connection Should Work

Connection Should Work
    [Documentation]    Nothing was lost by the failure before.
    Send Message    still here
    ${message} =    Wait For Message Matching    msg == 'still here'
    Should Be Equal    ${message}    still here

Connection Should Be Possible
    [Documentation]    The library works on after the failure before.
    Connect WebSocket    ${WS}/test/echo
    Connection Should Work
    Disconnect WebSocket
