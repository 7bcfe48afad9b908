"""`documents.py FOLDER`: 5,312 made-up API documents in the platform's own form, as many as the platform has.

Each is made from a spec of the bundled catalog under another name, so that sizes are those of real ones; the first
twelve have 600 answer fields each. Run by the measured environment's Python.
"""

import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

from topexplorer.assemble import assemble
from topexplorer.core.spec import ApiSpec, Field, Param
from topexplorer.engine.settings import Paths

MANY = 5312
LARGEST = "taobao.bench.largest{}.get"
LARGE = 12
FIELDS = 600
PER_PACKAGE = 18


def type_name(part: Param | Field) -> str:
    return part.platform_type + ("[]" if part.many else "")


def request_row(param: Param) -> dict[str, Any]:
    row = {"name": param.name, "type": type_name(param), "description": param.title.zh, "required": param.required}
    return row | ({"subParams": [request_row(child) for child in param.children]} if param.children else {})


def answer_row(field: Field) -> dict[str, Any]:
    row: dict[str, Any] = {"name": field.name, "type": type_name(field), "description": field.title.zh}
    return row | ({"subParams": [answer_row(child) for child in field.children]} if field.children else {})


def document(spec: ApiSpec, method: str, number: int) -> dict[str, Any]:
    return {
        "name": method,
        "id": 900_000 + number,
        "apiChineseName": f"{spec.title.zh}{number}",
        "description": spec.summary.zh,
        "requestParams": [request_row(param) for param in spec.params],
        "responseParams": [answer_row(field) for field in spec.response],
    }


def largest(number: int) -> dict[str, Any]:
    rows = [{"name": f"field_{n}", "type": "String", "description": f"字段 {n}"} for n in range(FIELDS)]
    thing = {"name": "thing", "type": "Thing", "description": "对象", "subParams": rows}
    name = LARGEST.format(number)
    return {"name": name, "id": 900_000 + number, "apiChineseName": "最大的接口", "responseParams": [thing]}


def write(folder: Path) -> None:
    rng = random.Random(MANY)
    with tempfile.TemporaryDirectory() as home:
        catalog = assemble(paths=Paths.under(Path(home)), environ={}, cwd=Path(home)).catalog
    specs = [catalog[method] for method in catalog]
    parts = sorted({part for spec in specs for part in spec.method.split(".")[1:]})
    for number in range(MANY):
        package = folder / f"package{number // PER_PACKAGE}"
        package.mkdir(parents=True, exist_ok=True)
        method = ".".join(["taobao", *rng.choices(parts, k=rng.randint(2, 4)), str(number)])
        made = largest(number) if number < LARGE else document(rng.choice(specs), method, number)
        (package / f"{number}.json").write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
