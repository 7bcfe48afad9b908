"""How long the sign lab takes for one wrong sign, and how often it names the mistake: `python -m bench.signs [SEED]`.

The signs are those of the tests' own generator. Nothing is asserted here.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from statistics import median
from time import perf_counter

from tests.core.wrong_signs import WrongSign, call, doubles, explains, singles
from topexplorer.core.call import Secret
from topexplorer.core.signlab.pasted import Pasted
from topexplorer.core.signlab.solve import Verdict, solve


def judge(case: WrongSign) -> Verdict:
    program = case.program
    method = dict(program.sent)["sign_method"]
    paste = Pasted("json", program.sent, program.sent, case.sign, method, program.body, program.files)
    return solve(paste, Secret(program.secret))


def measure(label: str, cases: Iterable[WrongSign]) -> None:
    """One line: how many, how many were named, the median, the 99th of a hundred and the longest time."""
    times, named = [], 0
    for case in cases:
        started = perf_counter()
        found = tuple(row.mistake for row in judge(case).findings)
        times.append((perf_counter() - started) * 1000)
        is_named = sorted(found) == sorted(case.mistakes)
        named += is_named or (len(found) == len(case.mistakes) and explains(case.program, found, case.sign))
    times.sort()
    late = times[int(len(times) * 0.99)]
    share = f"{named / len(times):.2%}"
    print(
        f"{label:<18} {len(times):>4} signs  {share:>7} named  {median(times):6.1f} / {late:6.1f} / {times[-1]:6.1f} ms"
    )


def other_secrets(rng: random.Random) -> Iterable[WrongSign]:
    """Nothing explains these, so that all the work is done."""
    for _ in range(60):
        program = call(rng)
        yield WrongSign(program, random.Random(rng.random()).randbytes(len(program.sign()) // 2).hex().upper(), (), ())


if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print("median / 99 % / longest")
    measure("one mistake", singles(random.Random(seed), 8))
    measure("two mistakes", doubles(random.Random(seed), 1))
    measure("another secret", other_secrets(random.Random(seed)))
