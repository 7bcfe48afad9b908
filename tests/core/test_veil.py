"""What may be seen of a whole text, before it is cut into what fits."""

from __future__ import annotations

from base64 import encodebytes

from topexplorer.core.taint import MASK, KnownSecrets
from topexplorer.core.veil import Veil


def test_what_is_drawn_of_a_secret_over_several_lines_has_the_lines_that_it_has() -> None:
    secret = "sandbox4c1b9e07a6d35f82e01974dba"
    known = KnownSecrets()
    known.learn([secret])
    text = f"line0\n{encodebytes(secret.encode() * 9).decode()}lineA\nlineB"
    drawn = Veil(known, lambda: "").masked_line(text)
    assert MASK in drawn
    assert [len(line) for line in drawn.split("\n")] == [len(line) for line in text.split("\n")]
    assert drawn.startswith("line0\n")
    assert drawn.endswith("lineA\nlineB")
    assert text.split("\n")[2] not in drawn
