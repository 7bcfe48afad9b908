"""Measure topexplorer against its baselines and print the Markdown table that the README holds.

Ours and the baseline run in turn, A B A B, with byte code compiled; a figure is the median, a ratio the median of the
pairs' ratios. Nothing is asserted: the exit code is not 0 only when something failed to run.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench import places
from bench.terminal import NothingShown, Terminal

HERE = Path(__file__).resolve().parent
IDLE_SECONDS = 10.0
# The last part of each program's first screen.
COMPLETE = {"topexplorer": r"\d+ APIs", "many": r"\d+ APIs", "bare": "ready", "posting": r"Posting \d"}
BARE = "bare Textual app"
# As it is where click is not installed; with its command line it would also import click and rich.
IMPORT_HTTPX = "import sys; sys.modules['httpx._main'] = None; import httpx"
Pairs = list[list[float]]


@dataclass(frozen=True, slots=True)
class Stand:
    """The installed programs, a folder for their homes, and how often each is run."""

    ours: Path
    posting: Path | None
    cache: Path
    folder: Path
    quick: bool

    def runs(self, full: int, quick: int) -> range:
        return range(quick if self.quick else full)

    def open(self, name: str) -> Terminal:
        """A program with its first screen drawn; its home is its own, and warm from the second time on."""
        command = {
            "topexplorer": [f"{self.ours}/topexplorer"],
            "many": [f"{self.ours}/topexplorer"],
            "bare": [f"{self.ours}/python", f"{HERE}/bare.py"],
            "posting": [f"{self.posting}/posting"],
        }[name]
        terminal = Terminal(command, places.home(self.folder / name))
        terminal.until(COMPLETE[name])
        return terminal

    def imported(self) -> float:
        """Milliseconds that importing 5,312 made-up documents into the home of `many` takes, from an empty one."""
        documents = self.folder / "documents"
        if not documents.exists():
            command = [f"{self.ours}/python", f"{HERE}/documents.py", str(documents)]
            subprocess.run(command, env=places.home(self.folder / "inside"), check=True)
        shutil.rmtree(self.folder / "many", ignore_errors=True)
        environ = places.home(self.folder / "many")
        started = perf_counter()
        command = [f"{self.ours}/topexplorer", "import", str(documents)]
        subprocess.run(command, env=environ, capture_output=True, check=True)
        return (perf_counter() - started) * 1000

    def used(self, name: str) -> Terminal:
        """A program in use: topexplorer after its first call, the bare app after its first word."""
        terminal = self.open(name)
        terminal.type("time.get")
        if name != "bare":
            for shown, keys in ((r"\d+ found", "\r"), ("taobao.time.get ·", "\n"), ("HTTP 200", "")):
                terminal.until(shown)
                terminal.rest(0.5)
                terminal.type(keys)
        terminal.rest(1)
        return terminal

    def inside(self, measure: str, runs: range, home: str = "inside") -> dict[str, Pairs]:
        """What inside.py found, in a process of its own."""
        command = [f"{self.ours}/python", f"{HERE}/inside.py", measure, str(len(runs))]
        done = subprocess.run(command, env=places.home(self.folder / home), stdout=subprocess.PIPE, check=True)
        found: dict[str, Pairs] = json.loads(done.stdout)
        return found


def start(stand: Stand) -> Iterator[str]:
    def echoed(name: str) -> float:
        with stand.open(name) as terminal:
            terminal.type("Z")
            return terminal.until("Z")

    names = ["topexplorer", "bare", *(["posting"] if stand.posting else [])]
    _, *rounds = [[echoed(name) for name in names] for _ in stand.runs(16, 6)]
    for place, title in zip(range(1, len(names)), (BARE, "Posting"), strict=False):
        yield row("start to first key echoed", "ms", title, [[times[0], times[place]] for times in rounds])


def memory(stand: Stand) -> Iterator[str]:
    def peak(name: str) -> float:
        with stand.used(name) as terminal:
            return terminal.memory()

    pairs = [[peak("topexplorer"), peak("bare")] for _ in stand.runs(5, 2)]
    yield row("peak memory after the first call", "MB", BARE, pairs)


def idle(stand: Stand) -> Iterator[str]:
    def percent(name: str) -> float:
        with stand.used(name) as terminal:
            before = terminal.processor()
            terminal.rest(IDLE_SECONDS)
            return (terminal.processor() - before) / IDLE_SECONDS * 100

    pairs = [[percent("topexplorer"), percent("bare")] for _ in stand.runs(3, 1)]
    yield row(f"processor while idle for {IDLE_SECONDS:.0f} s after a call", "%", BARE, pairs)


def call(stand: Stand) -> Iterator[str]:
    def whole(*command: str) -> float:
        started = perf_counter()
        subprocess.run(command, env=places.home(stand.folder / "call"), capture_output=True, check=True)
        return (perf_counter() - started) * 1000

    ours, floor = (
        (f"{stand.ours}/topexplorer", "call", "taobao.time.get"),
        (f"{stand.ours}/python", "-c", IMPORT_HTTPX),
    )
    _, *pairs = [[whole(*ours), whole(*floor)] for _ in stand.runs(26, 16)]
    yield row("`topexplorer call taobao.time.get`", "ms", '`python -c "import httpx"`', pairs)


def answer(stand: Stand) -> Iterator[str]:
    found = stand.inside("answer", stand.runs(5, 2))
    yield row("10 MB answer: first line drawn", "ms", "Textual's Log", found["drawn"])
    yield row("10 MB answer: longest stall", "ms", "Textual's Log", found["stall"])


def search(stand: Stand) -> Iterator[str]:
    found = stand.inside("search", stand.runs(5, 1))
    yield row("search, one key (95th percentile), bundled catalog", "ms", "textual.fuzzy", found["bundled"])
    yield row("search, one key (95th percentile), 5,312 APIs", "ms", "textual.fuzzy", found["many"])


def scale(stand: Stand) -> Iterator[str]:
    """With 5,312 imported APIs beside the bundled ones, against a start with none of them."""
    names = ("many", "topexplorer")
    yield row("import of 5,312 documents", "ms", "", [[stand.imported(), 0] for _ in stand.runs(3, 1)])

    def echoed(name: str) -> float:
        with stand.open(name) as terminal:
            terminal.type("Z")
            return terminal.until("Z")

    def peak(name: str) -> float:
        with stand.used(name) as terminal:
            return terminal.memory()

    _, *starts = [[echoed(name) for name in names] for _ in stand.runs(16, 6)]
    yield row("start with 5,312 imported APIs", "ms", "none imported", starts)
    yield row("peak memory with them", "MB", "none imported", [[peak(n) for n in names] for _ in stand.runs(5, 2)])
    found = stand.inside("keys", stand.runs(3, 1), home="many")
    yield row("a key to the drawn list (95th percentile)", "ms", "median", found["drawn"])
    found = stand.inside("largest", stand.runs(11, 5), home="many")
    yield row("opening an API of 600 answer fields", "ms", "a small one", found["opened"])
    yield row("documentation of that API", "ms", "a small one", found["read"])


def sandbox(stand: Stand) -> Iterator[str]:
    found = stand.inside("sandbox", stand.runs(5, 2))
    yield row("signed sandbox reads a second", "", "a gateway that checks nothing", found["reads"])


def vault(stand: Stand) -> Iterator[str]:
    found = stand.inside("vault", stand.runs(15, 5))
    yield row("opening a vault with its passphrase", "ms", "scrypt alone", found["unlock"])
    yield row("the keys of a call out of an open vault", "ms", "out of variables", found["credentials"])


def gateway(stand: Stand) -> Iterator[str]:
    """Over HTTP on one core. Without Prism there are no figures of a baseline, and the rows say why."""
    prism = places.prism(stand.cache)
    runs, steps = len(stand.runs(25, 5)), len(stand.runs(10, 2))
    sizes = [str(runs), str(steps)]
    command = [sys.executable, f"{HERE}/gateway.py", f"{stand.ours}/topexplorer", str(prism or "-"), *sizes]
    done = subprocess.run(command, env=places.home(stand.folder / "gateway"), stdout=subprocess.PIPE, check=True)
    found: dict[str, Pairs] = json.loads(done.stdout)
    against, absent = ("Prism", "") if prism else ("", ", Prism could not be had")
    yield row(f"`sandbox serve`: signed `taobao.time.get` a second{absent}", "", against, found["time"])
    yield row(f"`sandbox serve`: signed reads of a trade a second{absent}", "", against, found["trade"])
    yield row(f"`sandbox serve`: answer at 200 calls a second (95th percentile){absent}", "ms", against, found["wait"])
    yield row(f"`sandbox serve`: memory after {steps}0,000 calls", "MB", "after 10,000", found["memory"])


MEASURES = {
    measure.__name__: measure for measure in (start, memory, idle, call, answer, search, scale, sandbox, vault, gateway)
}


def row(what: str, unit: str, against: str, pairs: Pairs) -> str:
    """A line of the table."""
    ours, theirs = (median(side) for side in zip(*pairs, strict=True))
    ratios = [mine / other for mine, other in pairs if other]
    ratio = f"{median(ratios):.2g}" if ratios else ""
    baseline = f"{against}: {amount(theirs, unit)}" if against else ""
    return f"| {what} | {amount(ours, unit)} | {baseline} | {ratio} | {len(pairs)} |"


def amount(number: float, unit: str) -> str:
    return f"{number:,.0f} {unit}".strip() if number >= 100 else f"{number:.2g} {unit}".strip()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure topexplorer against its baselines.")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"{', '.join(MEASURES)}; all when none is named")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "topexplorer-bench", metavar="FOLDER")
    options = parser.parse_args()
    names = options.measures or list(MEASURES)
    if unknown := [name for name in names if name not in MEASURES]:
        parser.error(f"there is no measure {', '.join(unknown)}")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(
            places.ours(options.cache), places.posting(options.cache), options.cache, Path(folder), options.quick
        )
        print(f"Medians; {platform.python_implementation()} {platform.python_version()} on {platform.machine()}.\n")
        print("| | topexplorer | baseline | ratio | n |\n|---|---|---|---|---|")
        for name in names:
            try:
                for line in MEASURES[name](stand):
                    print(line, flush=True)
            except (NothingShown, subprocess.CalledProcessError) as error:
                failed = True
                print(f"{name} failed: {error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
