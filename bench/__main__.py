"""Measure topexplorer against its baselines and print the Markdown table that the README holds.

    python -m bench [--quick] [--cache FOLDER] [start memory call idle answer search sandbox]

Ours and the baseline run in turn, A B A B, with byte code compiled; a figure is the median, a ratio the median of the
pairs' ratios. Nothing is asserted: the exit code is not 0 only when something failed to run.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench import places
from bench.terminal import NothingShown, Terminal

HERE = Path(__file__).resolve().parent
IDLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    against: str
    unit: str
    pairs: Sequence[Sequence[float]]

    def row(self) -> str:
        ours, theirs = (median(side) for side in zip(*self.pairs, strict=True))
        ratios = [mine / other for mine, other in self.pairs if other]
        ratio = f"{median(ratios):.2g}" if ratios else "-"
        ours_text, theirs_text = (f"{number:,.4g} {self.unit}" for number in (ours, theirs))
        return f"| {self.what} | {ours_text} | {self.against}: {theirs_text} | {ratio} | {len(self.pairs)} |"


@dataclass(frozen=True, slots=True)
class Stand:
    """What every measure works with."""

    ours: Path
    posting: Path | None
    folder: Path
    quick: bool

    def runs(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    def open(self, name: str) -> Terminal:
        """One of the programs in a terminal, its home warm from the second time on."""
        commands = {
            "topexplorer": [str(self.ours / "topexplorer")],
            "bare": [str(self.ours / "python"), str(HERE / "bare.py")],
            "posting": [str((self.posting or self.ours) / "posting")],
        }
        home = self.folder / name
        return Terminal(commands[name], places.home(home), home)

    def inside(self, measure: str, runs: int) -> dict[str, list[list[float]]]:
        """What inside.py found, in a process of its own."""
        command = [str(self.ours / "python"), str(HERE / "inside.py"), measure, str(runs)]
        environ = places.home(self.folder / "inside")
        done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
        found: dict[str, list[list[float]]] = json.loads(done.stdout)
        return found


# The last part of each program's first screen.
COMPLETE = {"topexplorer": r"\d+ APIs", "bare": "ready", "posting": r"Posting \d"}


def first_echo(stand: Stand, name: str) -> float:
    """Milliseconds from the start of a program until the first key typed is on the screen."""
    with stand.open(name) as terminal:
        terminal.until(COMPLETE[name])
        terminal.type("Z")
        return terminal.until("Z") * 1000


def start(stand: Stand) -> Iterator[Figure]:
    others = ["bare", *(["posting"] if stand.posting else [])]
    found: dict[str, list[float]] = {name: [] for name in ("topexplorer", *others)}
    for name in found:
        first_echo(stand, name)
    for _ in range(stand.runs(15, 5)):
        for name, times in found.items():
            times.append(first_echo(stand, name))
    titles = {"bare": "bare Textual app", "posting": "Posting"}
    for name in others:
        pairs = list(zip(found["topexplorer"], found[name], strict=True))
        yield Figure("start to first key echoed", titles[name], "ms", pairs)


def opened(stand: Stand, name: str) -> Terminal:
    """A program in use: topexplorer after its first call, the bare app after its first key."""
    terminal = stand.open(name)
    terminal.until(COMPLETE[name])
    terminal.type("time.get")
    terminal.until("1 found" if name == "topexplorer" else "time.get")
    if name == "topexplorer":
        terminal.type("\r")
        terminal.until("taobao.time.get ·")
        terminal.rest(1)
        terminal.type("\n")
        terminal.until(r"HTTP 200|200 ·")
    terminal.rest(1)
    return terminal


def memory(stand: Stand) -> Iterator[Figure]:
    pairs = []
    for _ in range(stand.runs(5, 2)):
        with opened(stand, "topexplorer") as ours, opened(stand, "bare") as bare:
            pairs.append([ours.peak_memory, bare.peak_memory])
    yield Figure("peak memory after the first call", "bare Textual app", "MB", pairs)


def idle(stand: Stand) -> Iterator[Figure]:
    pairs = []
    for _ in range(stand.runs(3, 1)):
        pair = []
        for name in ("topexplorer", "bare"):
            with opened(stand, name) as terminal:
                before = terminal.processor_seconds
                terminal.rest(IDLE_SECONDS)
                pair.append((terminal.processor_seconds - before) / IDLE_SECONDS * 100)
        pairs.append(pair)
    yield Figure("idle, processor used after a call", "bare Textual app", "%", pairs)


def call(stand: Stand) -> Iterator[Figure]:
    commands = [
        [str(stand.ours / "topexplorer"), "call", "taobao.time.get"],
        [str(stand.ours / "python"), "-c", "import httpx"],
    ]
    environ = places.home(stand.folder / "call")

    def whole(command: list[str]) -> float:
        started = perf_counter()
        subprocess.run(command, env=environ, cwd=stand.folder, capture_output=True, check=True)
        return (perf_counter() - started) * 1000

    pairs = [[whole(command) for command in commands] for _ in range(stand.runs(25, 15) + 1)]
    yield Figure("`topexplorer call taobao.time.get`", '`python -c "import httpx"`', "ms", pairs[1:])


def answer(stand: Stand) -> Iterator[Figure]:
    found = stand.inside("answer", stand.runs(3, 1))
    yield Figure("10 MB answer, first line drawn", "Textual's TextArea", "ms", found["painted"])
    yield Figure("10 MB answer, longest stall", "Textual's TextArea", "ms", found["stall"])


def search(stand: Stand) -> Iterator[Figure]:
    found = stand.inside("search", stand.runs(5, 1))
    yield Figure("search, a keystroke, bundled catalog", "textual.fuzzy", "ms", found["bundled"])
    yield Figure("search, a keystroke, 5,312 APIs", "textual.fuzzy", "ms", found["many"])


def sandbox(stand: Stand) -> Iterator[Figure]:
    found = stand.inside("sandbox", stand.runs(5, 2))
    yield Figure("signed sandbox reads a second", "a gateway that looks at nothing", "/s", found["reads"])


MEASURES: dict[str, Callable[[Stand], Iterator[Figure]]] = {
    measure.__name__: measure for measure in (start, memory, idle, call, answer, search, sandbox)
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n")[0])
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "topexplorer-bench", metavar="FOLDER")
    options = parser.parse_args()
    names = options.measures or list(MEASURES)
    if unknown := set(names) - set(MEASURES):
        parser.error(f"there is no measure {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        others = places.posting(options.cache) if "start" in names else None
        stand = Stand(places.ours(options.cache), others, Path(folder), options.quick)
        print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, medians\n")
        print("| | topexplorer | baseline | ratio | n |\n|---|---|---|---|---|")
        for name in names:
            try:
                for figure in MEASURES[name](stand):
                    print(figure.row(), flush=True)
            except (NothingShown, subprocess.CalledProcessError) as error:
                failed = True
                print(f"{name} failed: {error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
