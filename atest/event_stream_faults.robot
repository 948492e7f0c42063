*** Settings ***
Documentation     What a tester says of event streams that break, lie or never come.

Resource          resources/faults.resource

Suite Setup       Start Faults
Suite Teardown    Stop Faults


*** Test Cases ***
A Reset Is An Error, And What Came Before It Is Recorded
    Connect SSE    ${FAULT HTTP}/sse-reset
    SSE Should Be Closed    timeout=5s
    Get SSE Event Count    ==    1
    Run Keyword And Expect Error
    ...    SSE error detected: The event stream of 'sse-1' broke: the connection was reset.*
    ...    SSE Should Have No Errors

A Body That Breaks Off Is An Error
    [Template]    Stream Should Break
    sse-truncated    the body ended without its last chunk
    sse-short-body    the body ended after 36 of 1000 bytes
    sse-bad-chunk    the server broke HTTP: *chunk header*
    sse-bad-gzip    the body is not gzip as its Content-Encoding says

A Clean End Is No Error, And An Unfinished Event Is None
    [Template]    Stream Should End Cleanly
    sse-clean-end
    sse-until-close

A Wait Ends With The Stream, Not With Its Timeout
    Connect SSE    ${FAULT HTTP}/sse-truncated
    ${begin} =    Evaluate    time.monotonic()
    Run Keyword And Expect Error
    ...    Expected event 'other' was not received on *: closed after *the body ended without its last chunk*
    ...    Wait For SSE Event    other    timeout=30s
    Should Be True    time.monotonic() - $begin < 5

A Drip Becomes Events Byte By Byte
    Connect SSE    ${FAULT HTTP}/sse-drip?ms=1
    ${events} =    Wait For SSE Events    3    timeout=10s
    Should Be Equal    ${events[2].parsed_data.seq}    ${1}

A Burst Is Recorded Whole
    Connect SSE    ${FAULT HTTP}/sse-burst?count=50000
    ${events} =    Wait For SSE Events    50000    timeout=20s
    ${numbers} =    Evaluate    [event.parsed_data.seq for event in $events]
    Should Be Equal    ${numbers}    ${{ list(range(1, 50001)) }}

A Stalled Stream Stays Open Without An Idle Timeout
    Connect SSE    ${FAULT HTTP}/sse-stall    connect_timeout=500ms
    Wait For SSE Event    tick
    SSE Event Should Not Be Received    other    timeout=700ms
    SSE Should Be Connected

A Stalled Stream Is An Error With An Idle Timeout
    Connect SSE    ${FAULT HTTP}/sse-stall    idle_timeout=300ms
    SSE Should Be Closed    timeout=5s
    Run Keyword And Expect Error
    ...    *nothing received for 0.3 seconds (idle_timeout)*
    ...    SSE Should Have No Errors

Headers That Never End Are A Timeout That Says How Far It Got
    Run Keyword And Expect Error
    ...    SSE connection timeout on 'sse-*' after 0.5 seconds: request sent, no complete answer (http://*)*
    ...    Connect SSE    ${FAULT HTTP}/sse-headers-never-end    connect_timeout=500ms

Another Content Type Is Named
    Run Keyword And Expect Error
    ...    Expected an event stream (Content-Type text/event-stream), got 'text/event-streaming' on *
    ...    Connect SSE    ${FAULT HTTP}/sse-wrong-type?type=text/event-streaming
    Run Keyword And Expect Error    *got no Content-Type*    Connect SSE    ${FAULT HTTP}/sse-no-type
    Connect SSE    ${FAULT HTTP}/sse-wrong-type?type=Text/Event-Stream;charset=utf-16
    Wait For SSE Event    tick

A Status Without Content Is No Stream
    Run Keyword And Expect Error    *HTTP 204 No Content*    Connect SSE    ${FAULT HTTP}/sse-no-content

A Redirect Loop Ends
    Run Keyword And Expect Error
    ...    Cannot connect 'sse-*' to http://*/redirect-loop?step=21: more than 20 redirects.*
    ...    Connect SSE    ${FAULT HTTP}/redirect-loop
    Run Keyword And Expect Error
    ...    *HTTP 302 redirects to 'ftp://files.test/stream', no http:// or https:// URL*
    ...    Connect SSE    ${FAULT HTTP}/redirect-elsewhere

A Line May Be As Long As The Limit
    Connect SSE    ${FAULT HTTP}/sse-long-line?bytes=${{ 2**24 - 6 }}
    ${event} =    Wait For SSE Event    timeout=20s
    Length Should Be    ${event.data}    ${{ 2**24 - 6 }}

A Line Longer Than The Limit Ends The Stream
    Connect SSE    ${FAULT HTTP}/sse-long-line?bytes=${{ 2**24 - 5 }}
    Stream Should Be Given Up    a line of more than 16777216 bytes (max_size)
    Connect SSE    ${FAULT HTTP}/sse-long-line?bytes=2000    max_size=1000
    Stream Should Be Given Up    a line of more than 1000 bytes (max_size); it starts with 'data: xxx*'

A Bomb Is Given Up At The Limit
    Connect SSE    ${FAULT HTTP}/sse-gzip-bomb?bytes=${{ 2**28 }}
    Stream Should Be Given Up    a line of more than 16777216 bytes (max_size)

A Broken Stream Is Restored After Its Last Event
    [Template]    Stream Should Come Back
    sse-reset
    sse-truncated
    sse-short-body
    sse-clean-end


*** Keywords ***
Stream Should Break
    [Arguments]    ${fault}    ${words}
    Connect SSE    ${FAULT HTTP}/${fault}
    SSE Should Be Closed    timeout=5s
    Run Keyword And Expect Error    SSE error detected: *${words}*    SSE Should Have No Errors

Stream Should End Cleanly
    [Arguments]    ${fault}
    Connect SSE    ${FAULT HTTP}/${fault}
    SSE Should Be Closed    timeout=5s
    Get SSE Event Count    ==    1
    SSE Should Have No Errors

Stream Should Be Given Up
    [Arguments]    ${words}
    SSE Should Be Closed    timeout=20s
    Run Keyword And Expect Error    SSE error detected: *${words}*    SSE Should Have No Errors

Stream Should Come Back
    [Arguments]    ${fault}
    Connect SSE    ${FAULT HTTP}/${fault}    auto_reconnect=True    reconnect_delay=10ms
    Wait For SSE Events    3    timeout=5s
    ${requests} =    Get Received Requests    ${fault}
    Should Be Equal    ${requests[-1].headers['last-event-id']}    1
    Disconnect SSE
