*** Settings ***
Documentation     A burst loses nothing, and a large frame arrives whole.

Resource          browser.resource

Suite Setup       Open Browser And Site
Suite Teardown    Close Browser And Site

Test Tags         browser


*** Test Cases ***
A Burst Of Five Thousand Messages And Events Is Complete And In Order
    Start Page Capture
    New Page    ${SITE}/page?ws=5000&sse=5000
    ${ws}=    Wait For Page WebSocket
    ${sse}=    Wait For Page SSE
    Numbers Should Be Complete    ${ws}    5000
    Numbers Should Be Complete    ${sse}    5000

A Frame Of Six Megabytes Arrives Whole
    Start Page Capture
    New Page    ${SITE}/page?ws=0&large=6000000
    Wait For Page WebSocket
    ${message}=    Wait For Message
    Length Should Be    ${message}    6000000

Binary Arrives As Bytes
    Start Page Capture
    New Page    ${SITE}/page?ws=0&binary=1
    Wait For Page WebSocket
    ${message}=    Wait For Message
    Should Be Equal    ${message}    ${{bytes(range(256))}}

A Node On Another Machine Loses Nothing Either
    [Setup]    Pretend That Node Is Remote
    Start Page Capture
    New Page    ${SITE}/page?ws=5000&sse=5000&large=6000000
    ${ws}=    Wait For Page WebSocket
    ${sse}=    Wait For Page SSE
    ${message}=    Wait For Message    alias=${ws}
    Length Should Be    ${message}    6000000
    Numbers Should Be Complete    ${sse}    5000
    Message Should Be Received    predicate=msg.n == 5000    timeout=15s    alias=${ws}
    Get Message Count    ==    5001    alias=${ws}
    Stop Page Capture
    WebSocket Should Be Closed    alias=${ws}
    [Teardown]    Pretend No Longer
