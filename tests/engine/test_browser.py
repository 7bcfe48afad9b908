"""The browser is started with what a desktop needs and none of our secrets."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.workbench import CANARIES, PROD_KEYS
from topexplorer.engine.browser import open_page

URL = "http://127.0.0.1:9/oauth/authorize?state=canarystate"
SCRIPT = """#!{python}
import os, sys
text = repr(sys.argv[1:]) + repr(dict(os.environ))
open({file!r}, "w").write(text)
"""


@pytest.mark.skipif(os.name == "nt", reason="BROWSER names a script")
def test_the_browser_gets_the_address_and_no_secret(tmp_path: Path) -> None:
    script, told = tmp_path / "browser", tmp_path / "told"
    script.write_text(SCRIPT.format(python=sys.executable, file=str(told)))
    script.chmod(0o700)
    environ = PROD_KEYS | {"PATH": os.environ["PATH"], "BROWSER": f"{script} %s", "LANG": "C", "DB_PASSWORD": "hunter2"}
    assert open_page(URL, environ)
    seen = told.read_text()
    assert URL in seen
    assert "'LANG': 'C'" in seen
    assert not [secret for secret in (*CANARIES, "hunter2", "TOPEXPLORER", "TERM") if secret in seen]


def test_where_there_is_no_browser_it_says_so(tmp_path: Path) -> None:
    assert not open_page(URL, {"PATH": str(tmp_path)})
