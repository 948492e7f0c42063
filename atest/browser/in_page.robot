*** Settings ***
Documentation     Streams that the page opens for the test.

Resource          browser.resource

Suite Setup       Open Browser And Site
Suite Teardown    Close Browser And Site
Test Setup        New Page    ${SITE}/page

Test Tags         browser


*** Test Cases ***
A WebSocket With The Page's Cookies And Origin
    Forget Visits
    ${alias}=    Connect WebSocket    ${WS}/ws?ws=3    subprotocols=chat    in_page=True
    Should Be Equal    ${alias}    websocket-1
    @{messages}=    Wait For Messages    3
    Should Be Equal    ${messages}[2][n]    ${3}
    ${requests}=    Get Requests    /ws
    Should Be Equal    ${requests}[0][headers][Origin]    ${SITE}
    Should Be Equal    ${requests}[0][headers][Cookie]    visitor=cookie-of-the-page

The Page's WebSocket Sends Text, JSON And Binary
    Connect WebSocket    ${WS}/ws    in_page=True    on_connect=first
    Send Message    hello
    VAR    &{ping}    type=ping
    Send Message    ${ping}
    Send Message    ${{b'\\x00\\xff'}}
    @{answers}=    Wait For Messages    4
    Should Be Equal    ${answers}    ${{['echo first', 'echo hello', 'echo {"type":"ping"}', b'\\x00\\xff']}}
    ${reply}=    Send Message And Wait For Reply    again
    Should Be Equal    ${reply}    echo again
    Run Keyword And Expect Error    A page cannot send pings*    Send Ping

Disconnecting Closes The Page's WebSocket
    Connect WebSocket    ${WS}/ws    in_page=True
    Forget Visits
    Disconnect WebSocket    code=4005    reason=enough
    Wait Until Visitor Leaves    ws 4005
    WebSocket Should Be Closed
    Run Keyword And Expect Error    WebSocket is not connected*    Send Message    too late

The Page's EventSource Gets Every Event Type And Reconnects By Itself
    Forget Visits
    ${alias}=    Connect SSE    /sse?sse=9&cut=4&retry=50    in_page=True
    Should Be Equal    ${alias}    sse-1
    Numbers Should Be Complete    ${alias}    9
    @{ticks}=    Get SSE Events    event=tick
    Length Should Be    ${ticks}    3
    ${requests}=    Get Requests    /sse
    Should Be Equal    ${requests}[0][headers][Accept]    text/event-stream
    Should Be Equal    ${requests}[0][headers][Cookie]    visitor=cookie-of-the-page
    Should Be Equal    ${requests}[1][headers][Last-Event-ID]    id-4
    Run Keyword And Expect Error    SSE error detected:*EventSource reconnects*    SSE Should Have No Errors
    Forget Visits
    Disconnect SSE
    Wait Until Visitor Leaves    sse
    SSE Should Be Closed

A Request With A Body Is The Page's Fetch
    Forget Visits
    VAR    &{question}    prompt=hello
    VAR    &{headers}    X-Trace=7
    VAR    &{params}    fetch=5
    Connect SSE    ${SITE}/stream?hold=1    method=POST    json=${question}    headers=${headers}    params=${params}
    ...    in_page=True
    Numbers Should Be Complete    sse-1    5
    ${requests}=    Get Requests    /stream
    Should Be Equal    ${requests}[0][headers][X-Trace]    7
    Should Be Equal    ${requests}[0][headers][Content-Type]    application/json
    Disconnect SSE
    Wait Until Visitor Leaves    stream

What A Page Cannot Open Is Told With Its Reason
    Run Keyword And Expect Error
    ...    Server rejected the page's request on 'sse-1' from /sse?status=503: HTTP 503.
    ...    Connect SSE    /sse?status=503    in_page=True
    Run Keyword And Expect Error
    ...    Expected an event stream (Content-Type text/event-stream), got 'text/html*
    ...    Connect SSE    /page    in_page=True
    Run Keyword And Expect Error
    ...    Server rejected the page's request on 'websocket-1' from ${WS}/ws?status=403: HTTP 403.
    ...    Connect WebSocket    ${WS}/ws?status=403    in_page=True
    Run Keyword And Expect Error
    ...    Cannot connect 'websocket-1' to gopher://x from the page: Failed to construct 'WebSocket'*
    ...    Connect WebSocket    gopher://x    in_page=True
    Run Keyword And Expect Error
    ...    SSE connection timeout on 'sse-1' after 0.3 seconds: the page got no answer from *
    ...    Connect SSE    http://localhost:1/sse    connect_timeout=0.3s    in_page=True

A Content Security Policy Holds For The Test, Too
    New Page    ${SITE}/page?csp=connect-src%20'none'
    Run Keyword And Expect Error
    ...    Cannot connect 'websocket-1' to * from the page: *
    ...    Connect WebSocket    ${WS}/ws    in_page=True
    Run Keyword And Expect Error
    ...    Cannot connect 'sse-1' to * from the page: *
    ...    Connect SSE    /sse    in_page=True

Options That The Browser Decides Are Refused
    Run Keyword And Expect Error
    ...    Argument 'proxy' cannot be used with in_page=True: the browser decides it.
    ...    Connect WebSocket    ${WS}/ws    proxy=http://localhost:1    in_page=True
    Run Keyword And Expect Error
    ...    Argument 'headers' cannot be used with in_page=True: the browser decides it.
    ...    Connect WebSocket    ${WS}/ws    headers=${{{'a': 'b'}}}    in_page=True

A Reload Ends The Page's Streams
    Connect SSE    /sse?sse=2    in_page=True
    Numbers Should Be Complete    sse-1    2
    Reload
    SSE Should Be Closed
    Run Keyword And Expect Error    SSE is not connected*its document*    SSE Should Be Connected

A Capture Also Sees What The Page Opens For The Test
    Start Page Capture
    Connect WebSocket    ${WS}/ws?ws=2    in_page=True    alias=own-websocket
    Numbers Should Be Complete    own-websocket    2
    Numbers Should Be Complete    page-websocket-1    2
    Disconnect WebSocket    code=4000    alias=own-websocket
    WebSocket Should Be Closed    alias=page-websocket-1
