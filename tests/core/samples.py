"""Small specs, requests and spec folders that the tests of core share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from topexplorer.core.call import Credentials, Exchange, FilePart, Outcome, RequestDraft, Secret, SignedRequest
from topexplorer.core.catalog import Catalog, bundled_folder
from topexplorer.core.gateway import GATEWAYS, Unsigned
from topexplorer.core.language import Words
from topexplorer.core.spec import ApiSpec, Field, Param, ParamType
from topexplorer.core.values import GMT8

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=GMT8)
TOP = GATEWAYS["top"]
APP_SECRET = "5f4dcc3b5aa765d61d8327deb882cf99"
SESSION = "6100e23a06fb8f3a9c3b2d1e+/=x"
KEYS = Credentials("12345678", Secret(APP_SECRET), Secret(SESSION))


def words(text: str = "x") -> Words:
    return Words(zh=f"{text}（中文）", en=text)


def param(name: str, type: ParamType = "string", **parts: Any) -> Param:
    platform_type = parts.pop("platform_type", "String")
    return Param(name=name, type=type, platform_type=platform_type, title=words(name), **parts)


def field(name: str, type: ParamType = "string", platform_type: str = "String", **parts: Any) -> Field:
    return Field(name=name, type=type, platform_type=platform_type, title=words(name), **parts)


def api(*params: Param, response: tuple[Field, ...] = (), **parts: Any) -> ApiSpec:
    facts: dict[str, Any] = {
        "method": "taobao.sample.get",
        "title": words("Sample"),
        "summary": words("An API made up for a test."),
        "category": "tool",
        "session": "none",
        "access": "basic",
        "writes": False,
    }
    return ApiSpec(**{**facts, **parts}, params=params, response=response)


@cache
def bundled() -> Catalog:
    """The catalog that comes with the package, read once."""
    return Catalog.scan([bundled_folder()])


def encoded(
    draft: RequestDraft,
    values: Mapping[str, str] | None = None,
    *,
    credentials: Credentials = KEYS,
    files: tuple[FilePart, ...] = (),
    sign_method: str = "hmac-sha256",
) -> SignedRequest:
    """The draft signed, its texts taken as wire texts unless `values` are given."""
    return TOP.encode(
        Unsigned(
            draft=draft,
            environment="sandbox",
            url="http://sandbox.topexplorer.invalid/router/rest",
            version="2.0",
            values=draft.sent_values() if values is None else values,
            files=files,
            credentials=credentials,
            sign_method=sign_method,
            timestamp_form="text",
            now=NOW,
        )
    )


def exchange(outcome: Outcome, draft: RequestDraft | None = None) -> Exchange:
    """A call that ended with `outcome`."""
    request = encoded(draft or RequestDraft("taobao.sample.get")).redacted()
    return Exchange("call-1", request, outcome, NOW, 0.012, 200, (("Content-Type", "application/json"),))


PLATFORM: dict[str, Any] = {
    "name": "top",
    "title": {"zh": "平台", "en": "Platform"},
    "version": "2.0",
    "gateways": [],
    "system_params": [],
    "sign_methods": ["md5"],
    "timestamp_tolerance_seconds": 600,
    "app_limits": [],
    "rate_classes": [
        {"name": "basic", "title": {"zh": "基础", "en": "basic"}, "limits": [{"calls": 10, "seconds": 60}]}
    ],
    "categories": [
        {"name": "trade", "title": {"zh": "交易", "en": "Trades"}},
        {"name": "tool", "title": {"zh": "工具", "en": "Tools"}},
    ],
}
API: dict[str, Any] = {
    "title": {"zh": "样例", "en": "Sample"},
    "summary": {"zh": "测试用的 API。", "en": "An API made up for a test."},
    "session": "none",
    "access": "basic",
    "writes": False,
}


def field_row(name: str, **parts: Any) -> dict[str, Any]:
    """A field or parameter as a spec file writes it."""
    return {"name": name, "type": "string", "platform_type": "String", "title": {"zh": name, "en": name}, **parts}


class SpecFolder:
    """A spec folder on disk, with a platform file and no API to begin with."""

    def __init__(self, root: Path, *, platform: bool = True) -> None:
        self.root = root
        (root / "top").mkdir(parents=True)
        if platform:
            self.write("platform.json", PLATFORM)

    def write(self, place: str, document: object) -> Path:
        """A file below `top/`: bytes as they are, anything else as JSON."""
        path = self.root / "top" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        text = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        path.write_bytes(text)
        return path

    def api(self, method: str, *, category: str = "tool", **parts: Any) -> Path:
        return self.write(f"apis/{category}/{method}.json", {**API, "method": method, "category": category, **parts})

    def model(self, name: str, *fields: dict[str, Any]) -> Path:
        document = {"name": name, "title": {"zh": name, "en": name}, "fields": list(fields)}
        return self.write(f"models/{name}.json", document)

    def scan(self) -> Catalog:
        return Catalog.scan([self.root])
