#!/usr/bin/env python3
"""Set up and run the project on a fresh machine that has only Python and git.

    python3 run.py demo     run the example suite against the embedded demo server
    python3 run.py test     pass all checks and tests
    python3 run.py docs     write docs/RealtimeLibrary.html anew

Everything is installed into `.venv` in this folder; nothing else on the machine changes, except that `test` installs
Debian's chromium where no Chrome or Chromium is found.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is the line that tells users of an older Python
    sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Try: python3.11 run.py …")

from tasks.main import main

if __name__ == "__main__":
    sys.exit(main())
