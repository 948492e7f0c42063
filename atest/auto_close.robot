*** Settings ***
Documentation     Connections close by themselves where they were opened, and nothing outlives the run.

Library           resources/InnerSuite.py
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend
Test Template     Connections Should Be Left


*** Test Cases ***    AUTO CLOSE    IN THE SUITE    IN THE NEXT
By Test    test    ['of-suite']    []
By Suite    suite    ['of-suite', 'of-test']    []
By Hand    manual    ['of-suite', 'of-test']    ['of-suite', 'of-test']


*** Keywords ***
Connections Should Be Left
    [Arguments]    ${auto close}    ${in suite}    ${in next}
    VAR    @{options}    --variable    WS:${WS}    --variable    AUTO CLOSE:${auto close}
    Run Inner Suite    auto_close    @{options}
    Inner Test Should Pass    Open in a test
    Inner Console Should Contain    open: ${in suite}
    Inner Console Should Contain    next: ${in next}
    Inner Console Should Not Contain    Warning
    Inner Console Should Not Contain    Traceback
