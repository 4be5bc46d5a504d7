"""The scripts that set a machine up."""

import subprocess
import time

from conftest import ROOT


def test_deps_does_nothing_where_all_is_there():
    subprocess.run([ROOT / "scripts/deps"], check=True, capture_output=True)
    started = time.monotonic()
    again = subprocess.run([ROOT / "scripts/deps"], check=True, capture_output=True, text=True)
    assert again.stdout == "" and again.stderr == ""
    assert time.monotonic() - started < 3, "0.3 s on an idle machine; this bound is for a busy one"
