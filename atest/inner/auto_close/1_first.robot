*** Settings ***
Documentation    What each test finds of the connections that setup and earlier tests opened.

Library          RealtimeLibrary    auto_close=${AUTO CLOSE}

Suite Setup      Connect WebSocket    ${WS}/test/echo    alias=of-suite


*** Variables ***
${AUTO CLOSE}    test


*** Test Cases ***
Open in a test
    Connect WebSocket    ${WS}/test/echo    alias=of-test
    Get WebSocket State    ==    OPEN    alias=of-suite

After the test
    ${connections} =    Get Connections
    Log To Console    open: ${{ [connection["alias"] for connection in $connections] }}
