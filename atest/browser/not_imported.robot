*** Settings ***
Documentation    Without the Browser library in the suite, the error says what to do.

Library          RealtimeLibrary

Test Tags        browser


*** Test Cases ***
The Browser Library Is Not Imported
    Run Keyword And Expect Error
    ...    'Start Page Capture' needs the Browser library in the same suite. Add the setting: Library${SPACE * 4}Browser
    ...    Start Page Capture
    Run Keyword And Expect Error
    ...    'Connect SSE' needs the Browser library in the same suite.*
    ...    Connect SSE    http://localhost/sse    in_page=True
