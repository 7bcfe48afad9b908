"""Write the JSON Schemas of spec files anew: `python -m tests.schema`. A test compares them with the classes."""

from __future__ import annotations

import json

from topexplorer.core.catalog import bundled_folder
from topexplorer.core.specfiles import schemas


def main() -> None:
    for kind, schema in schemas().items():
        path = bundled_folder() / "schema" / f"{kind}.json"
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
