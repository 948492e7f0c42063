*** Settings ***
Documentation     What goes wrong is said at once.

Resource          browser.resource

Suite Setup       Open Browser And Site
Suite Teardown    Close Browser And Site
Test Timeout      20s

Test Tags         browser


*** Test Cases ***
No Browser Is Open
    [Setup]    Close Browser    ALL
    Run Keyword And Expect Error
    ...    'Start Page Capture' needs an open browser. Call `New Browser` first.
    ...    Start Page Capture
    Run Keyword And Expect Error    There is no page capture. Call `Start Page Capture`*    Wait For Page SSE
    Run Keyword And Expect Error
    ...    'Connect SSE' needs an open browser. Call `New Browser` first.
    ...    Connect SSE    ${SITE}/sse    in_page=True
    [Teardown]    Open Test Browser

No Page Is Open
    Run Keyword And Expect Error
    ...    'Connect WebSocket' needs an open page. Call `New Page` first.
    ...    Connect WebSocket    ${WS}/ws    in_page=True

The Page Opens Nothing
    Start Page Capture
    New Page    ${SITE}/page
    Run Keyword And Expect Error
    ...    Expected page WebSocket matching '*/ws' was not opened within 0.2 seconds: the pages opened no stream since*
    ...    Wait For Page WebSocket
    ...    */ws
    ...    timeout=0.2s

The Page Is Closed During A Wait
    Start Page Capture
    New Page    ${SITE}/page
    Evaluate JavaScript    ${None}    url => { window.popup = window.open(url); setTimeout(() => popup.close(), 600); }
    ...    arg=${SITE}/page?ws=2
    ${ws}=    Wait For Page WebSocket
    Numbers Should Be Complete    ${ws}    2
    ${begun}=    Get Time    epoch
    Run Keyword And Expect Error
    ...    Expected message of type 'never' was not received on 'page-websocket-1': closed: the page was closed after*
    ...    Message Should Be Received    never    timeout=10s
    Quickly Since    ${begun}

The Page Crashes During A Wait
    Start Page Capture
    New Page    ${SITE}/page?ws=2
    ${ws}=    Wait For Page WebSocket
    Numbers Should Be Complete    ${ws}    2
    ${begun}=    Get Time    epoch
    Kill Pages Soon
    Run Keyword And Expect Error
    ...    Expected message of type 'never' was not received on 'page-websocket-1': closed: the page crashed after*
    ...    Message Should Be Received    never    timeout=10s
    Quickly Since    ${begun}
    Run Keyword And Expect Error    WebSocket error detected: *the page crashed*    WebSocket Should Have No Errors
    Run Keyword And Expect Error
    ...    'Start Page Capture' cannot use a browser context with a crashed page. Close that page first.
    ...    Start Page Capture
    [Teardown]    New Test Browser

The Browser Crashes During A Wait
    Start Page Capture
    New Page    ${SITE}/page?ws=2&sse=2
    ${ws}=    Wait For Page WebSocket
    Wait For Page SSE
    Numbers Should Be Complete    ${ws}    2
    ${begun}=    Get Time    epoch
    Kill Browser Soon
    Run Keyword And Expect Error
    ...    Expected event 'never' was not received on 'page-sse-1': closed: the browser was closed or crashed*
    ...    SSE Event Should Be Received    never    timeout=10s
    Run Keyword And Expect Error
    ...    Expected page WebSocket matching '*' was not opened: the browser was closed or crashed.
    ...    Wait For Page WebSocket    timeout=10s
    Quickly Since    ${begun}
    Numbers Should Be Complete    ${ws}    2
    [Teardown]    New Test Browser

The Browser Crashes While Waiting For A Stream
    Start Page Capture
    New Page    ${SITE}/page
    ${begun}=    Get Time    epoch
    Kill Browser Soon
    Run Keyword And Expect Error
    ...    Expected page SSE matching '*' was not opened: the browser was closed or crashed.
    ...    Wait For Page SSE    timeout=10s
    Quickly Since    ${begun}
    [Teardown]    New Test Browser


*** Keywords ***
Quickly Since
    [Arguments]    ${begun}
    ${now}=    Get Time    epoch
    Should Be True    ${now} - ${begun} <= 4

New Test Browser
    Run Keyword And Ignore Error    Close Browser    ALL
    Open Test Browser
