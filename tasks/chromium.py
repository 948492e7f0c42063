"""A browser for the page tests: the one on the machine, else Debian's."""

import os
import shutil

from tasks.console import Problem, run_quietly, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_or_install() -> str:
    """Path of a Chrome or Chromium; `CHROMIUM` in the environment names one that is not on the path."""
    found = os.environ.get("CHROMIUM") or _find()
    if found:
        return found
    apt = shutil.which("apt-get")
    if not apt:
        raise Problem("No Chrome or Chromium found. Install one, or name it in the environment variable CHROMIUM.")
    say("Installing Debian's chromium for the page tests (takes a minute or two)")
    sudo = [] if os.geteuid() == 0 or not shutil.which("sudo") else ["sudo", "-n"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run_quietly([*sudo, apt, "update", "-qq"], quiet)
    run_quietly([*sudo, apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"], quiet)
    if not _find():
        raise Problem(
            "Chromium could not be installed; apt-get's messages above say why. As root: apt-get install chromium"
        )
    return _find()


def _find() -> str:
    return next((path for path in map(shutil.which, NAMES) if path), "")
