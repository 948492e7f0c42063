*** Settings ***
Documentation    What the next suite finds.

Library          RealtimeLibrary    auto_close=${AUTO CLOSE}


*** Variables ***
${AUTO CLOSE}    test


*** Test Cases ***
In the next suite
    ${connections} =    Get Connections
    Log To Console    next: ${{ [connection["alias"] for connection in $connections] }}
