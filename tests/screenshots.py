"""Render the real app to screenshots/: `python -m tests.screenshots [SCENE …]`, SVG, and PNG where rsvg-convert is.

Textual's own SVG stretches text to its cells by `textLength`, which not every renderer knows, and its font has no
Chinese. Here each run of narrow or of wide characters is placed by itself and spaced to its cells.
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.cells import cell_len

from tests.tui.scenes import SCENES, Scene

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
CELL = 12.2
"""Width of a cell in the units of the SVG."""
NARROW_FONT, NARROW_EM = "DejaVu Sans Mono, Menlo, Consolas, monospace", 0.602
WIDE_FONT = "Noto Sans Mono CJK SC, PingFang SC, Microsoft YaHei, monospace"
NARROW_SIZE, WIDE_SIZE = 20, 23
TEXT = re.compile(
    r'<text class="(?P<look>[^"]+)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" textLength="[\d.]+"(?P<clip>[^>]*)>'
    r"(?P<text>[^<]*)</text>"
)
FACES = re.compile(r"@font-face \{.*?\n    \}\n", re.DOTALL)
NARROW = f"font-family: {NARROW_FONT}; font-size: {NARROW_SIZE}px"
STYLES = f"""
    .narrow {{ {NARROW}; letter-spacing: {CELL - NARROW_SIZE * NARROW_EM:.3f}px; }}
    .wide {{ font-family: {WIDE_FONT}; font-size: {WIDE_SIZE}px; letter-spacing: {CELL * 2 - WIDE_SIZE:.3f}px; }}
    .sign {{ {NARROW}; }}
"""


def kind(character: str) -> str:
    """How a character is spaced. A sign may come from any font, so it is placed alone."""
    if cell_len(character) == 2:
        return "wide"
    return "narrow" if ord(character) < 0x2000 or 0x2500 <= ord(character) < 0x25A0 else "sign"


def runs(text: str) -> Iterator[tuple[str, int, str]]:
    """Runs of one kind: the kind, the cell it starts at, and its characters. Blanks end a run and are not drawn."""
    start, run, look, cell = 0, "", "", 0
    for character in text:
        own = "" if character in " \N{NO-BREAK SPACE}" else kind(character)
        if run and (own != look or own == "sign"):
            yield look, start, run
            run = ""
        if own:
            start, look = (start if run else cell), own
            run += character
        cell += cell_len(character)
    if run:
        yield look, start, run


def placed(svg: str) -> str:
    """The same picture with every run of text at the cells where the terminal has it."""

    def place(found: re.Match[str]) -> str:
        left, text = float(found["x"]), html.unescape(found["text"])
        parts = []
        for look, cell, run in runs(text):
            width = cell_len(run) * CELL
            x = left + cell * CELL + ((CELL * 2 - WIDE_SIZE) / 2 if look == "wide" else 0)
            parts.append(
                f'<text class="{found["look"]} {look}" x="{x:.1f}" y="{found["y"]}" textLength="{width:.1f}"'
                f"{found['clip']}>{html.escape(run)}</text>"
            )
        return "".join(parts)

    svg = FACES.sub("", TEXT.sub(place, svg))
    return svg.replace("</style>", STYLES + "    </style>", 1)


async def picture(scene: Scene) -> str:
    """The scene as SVG."""
    app = scene.app()
    async with app.run_test(size=scene.size) as pilot:
        await scene.play(pilot)
        return placed(app.export_screenshot(title="topexplorer", simplify=True))


def main(names: list[str]) -> int:
    """Writes the named scenes, or all. Returns the exit code."""
    if unknown := [name for name in names if name not in SCENES]:
        print(f"there is no scene {', '.join(unknown)}; there are {', '.join(SCENES)}", file=sys.stderr)
        return 2
    converter = shutil.which("rsvg-convert")
    if converter is None:
        print("rsvg-convert (Debian: librsvg2-bin) is not here: only SVG is written", file=sys.stderr)
    FOLDER.mkdir(exist_ok=True)
    for name in names or SCENES:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            file = FOLDER / f"{name}.svg"
            file.write_text(asyncio.run(picture(SCENES[name])), encoding="utf-8")
            os.chdir(FOLDER)
        if converter:
            subprocess.run([converter, "--output", str(file.with_suffix(".png")), str(file)], check=True)
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
