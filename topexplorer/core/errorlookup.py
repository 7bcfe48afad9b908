"""What an error means, from whatever somebody has of it: a code, a sub code, a body, words, a timestamp."""

from __future__ import annotations

from datetime import datetime

from topexplorer.core.call import Refusal
from topexplorer.core.catalog import Catalog
from topexplorer.core.diagnosis import Diagnosis, Surroundings, explain_refusal, explain_silence, family_of, global_row
from topexplorer.core.errorbodies import masked, refusal_in, silence_in
from topexplorer.core.errorsearch import Findings, nearest, search_errors
from topexplorer.core.myths import corrections
from topexplorer.core.spec import ApiSpec
from topexplorer.core.timestamps import Reading, read_timestamp

LONGEST_WORDS = 200
"""Characters of what is looked for by its words."""


def diagnosed(catalog: Catalog, spec: ApiSpec, text: str, method: str = "") -> Diagnosis | None:
    """The diagnosis of what `text` holds; None when it holds no refusal that anything is known of.

    With a `method` the codes of that API count too.
    """
    table, behind = catalog.errors, catalog.imported(method) if method else None
    own = {row.sub_code: row.code for row in (*(behind.errors if behind else ()), *spec.errors)}
    if text in own:
        return explain_refusal(Refusal(own[text], "", text), spec, table, Surroundings(behind=behind))
    refusal = refusal_in(text, table)
    if refusal is None:
        silence = silence_in(text)
        return explain_silence(silence) if silence else None
    is_known = global_row(refusal.code, table) or family_of(refusal.sub_code or "", table)
    if not is_known and not (refusal.msg or refusal.sub_code):
        return None
    return explain_refusal(refusal, spec, table, Surroundings(behind=behind))


def timestamp_read(text: str, now: datetime) -> Reading | None:
    """What the platform makes of a timestamp; None when `text` is none."""
    reading = read_timestamp(text, now)
    return reading if reading.form else None


def searched(catalog: Catalog, text: str) -> tuple[Findings, tuple[str, ...]]:
    """The errors that words are about, and where there are none, the codes that look most like them."""
    shown = masked(text[:LONGEST_WORDS])
    found = search_errors(shown, catalog.errors)
    if shown.isascii() and shown.isdigit() and len(shown) < 10:
        found = Findings((), corrections(int(shown)))
    return found, () if found.rows or found.notes else nearest(shown, catalog.errors)
