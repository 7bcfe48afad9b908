"""httpx as the engine uses it: without the command line that it loads where click is installed, and rich with that.

The command line costs every call of ours a tenth of a second, and none of ours asks for it. httpx logs addresses and
headers: from here on every log is masked.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast

if "httpx" not in sys.modules:
    # None stands for a module that cannot be imported; httpx does without this one, as where click is missing.
    sys.modules.setdefault("httpx._main", cast(ModuleType, None))
import httpx

from topexplorer.engine.hardening import mask_logs

mask_logs()

__all__ = ["httpx"]
