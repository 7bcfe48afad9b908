"""IMPORTERS: the foreign formats that become APIs of the catalog. Adding one is a module and a row."""

from __future__ import annotations

from topexplorer.core.importers.officialdocs import OfficialDocs
from topexplorer.core.importers.openapi import OpenApi
from topexplorer.core.importers.outcome import Importer
from topexplorer.core.importers.sdkjava import JavaSdk
from topexplorer.core.importers.sdkpython import PythonSdk

IMPORTERS: tuple[type[Importer], ...] = (OpenApi, OfficialDocs, PythonSdk, JavaSdk)
"""In the order in which they are asked whether they take a file."""
