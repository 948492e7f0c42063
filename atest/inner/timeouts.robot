*** Settings ***
Documentation     Tests that run into Robot's timeouts, and tests that use the connection afterwards.

Library           RealtimeLibrary    auto_close=suite
Library           atest.servers.FaultServer

Suite Setup       Connect For All Tests
Suite Teardown    Stop Fault Server


*** Test Cases ***
Test timeout in a wait
    [Timeout]    300 ms
    Wait For Message    timeout=60s

The connection works after a test timeout
    Connection Should Work

Keyword timeout in a wait
    Wait With Timeout

The connection works after a keyword timeout
    Connection Should Work

Test timeout in quiet time
    [Timeout]    300 ms
    Message Should Not Be Received    error    timeout=60s

Test timeout in a collection
    [Timeout]    300 ms
    Collect Messages    60s

Test timeout while connecting
    [Timeout]    300 ms
    Connect WebSocket    ws://${FAULTS}/never-answers    connect_timeout=60s    alias=never


*** Keywords ***
Connect For All Tests
    Connect WebSocket    ${WS}/test/echo    alias=echo
    ${address} =    Start Fault Server
    VAR    ${FAULTS}    ${address}    scope=SUITE

Wait With Timeout
    [Timeout]    200 ms
    Wait For Message    timeout=60s

Connection Should Work
    Send Message    still here
    ${message} =    Wait For Message Matching    msg == 'still here'    timeout=2s
    Should Be Equal    ${message}    still here
