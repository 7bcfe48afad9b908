"""Check an installed wheel: it runs from site-packages, and one headless call gets a time from the sandbox as JSON.

Run with the Python of the environment that holds the wheel: wheel_check.py PATH-OF-THE-COMMAND.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import topexplorer

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def main(command: str) -> None:
    """Exit with a sentence when the wheel is not what it should be."""
    folder = Path(str(topexplorer.__file__)).resolve().parent
    if folder.parent.name != "site-packages":
        sys.exit(f"wheel: topexplorer was imported from {folder}, not from site-packages")
    for needed in ("specs", "locale"):
        if not any((folder / needed).rglob("*.json")):
            sys.exit(f"wheel: there is no JSON file in {needed}")
    called = subprocess.run(
        [command, "call", "taobao.time.get", "--format", "json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    print(called.stdout, end="")
    if called.returncode != 0:
        sys.exit(f"wheel: the call ended with exit code {called.returncode}: {called.stderr}")
    answer = json.dumps(json.loads(called.stdout))
    if not TIME.search(answer):
        sys.exit(f"wheel: there is no time in the answer: {answer}")
    print(f"wheel: topexplorer {topexplorer.__version__} in {folder.parent} answers with a time")


if __name__ == "__main__":
    main(sys.argv[1])
