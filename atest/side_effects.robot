*** Settings ***
Documentation     What a run leaves behind: nothing. What looking at the library opens: nothing.

Library           Process
Resource          resources/backend.resource

Suite Setup       Start Backend
Suite Teardown    Stop Backend


*** Variables ***
${RUNS}    ${200}


*** Test Cases ***
Many Runs In One Process Do Not Grow
    ${result} =    Run Python    many_runs.py    ${RUNS}    WS:${WS}    HTTP:${HTTP}
    ${lines} =    Evaluate    [line.split() for line in $result.stdout.splitlines()]
    Length Should Be    ${lines}    ${RUNS}
    ${codes} =    Evaluate    {code for code, _, _ in $lines}
    ${threads} =    Evaluate    {threads for _, threads, _ in $lines}
    ${first} =    Evaluate    int($lines[9][2])
    ${last} =    Evaluate    int($lines[-1][2])
    Should Be Equal    ${codes}    ${{ {"0"} }}    a run failed
    Should Be Equal    ${threads}    ${{ {"1"} }}    a thread was left
    Should Be True    ${last} <= ${first}    ${last} file descriptors after ${RUNS} runs, ${first} after 10

Looking At The Library Opens Nothing
    [Template]    Should Have No Effects
    imports_the_core
    imports_the_library
    reads_the_documentation
    runs_dry


*** Keywords ***
Run Python
    [Documentation]    Runs a script of ``inner`` where every warning is an error.
    [Arguments]    ${script}    @{arguments}
    ${result} =    Run Process
    ...    ${{ sys.executable }}
    ...    -W
    ...    error
    ...    ${CURDIR}/inner/${script}
    ...    @{arguments}
    ...    stderr=STDOUT
    ...    stdin=NONE
    ...    timeout=300s
    ...    on_timeout=kill
    Log    ${result.stdout}
    Should Be Equal As Integers    ${result.rc}    0    ${result.stdout}
    RETURN    ${result}

Should Have No Effects
    [Arguments]    ${task}
    ${result} =    Run Python    without_effects.py    ${task}
    Should Be Equal    ${result.stdout}    No effects
