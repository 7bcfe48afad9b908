"""The command, and an environment at a far gateway that answers as a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import GiveStdin, give_stdin, spec_index, topexplorer
from tests.workbench import workbench
from topexplorer.assemble import Workbench
from topexplorer.core.call import Exchange, NoAnswer, RequestDraft

__all__ = ["Far", "GiveStdin", "far", "give_stdin", "spec_index", "topexplorer"]

GATEWAY = "https://gateway.example/router/rest"
KEYS = {
    "APP_KEY": "23456789",
    "APP_SECRET": "canary5ecret0f1e2d3c4b5a69788796",
    "SESSION": "6100canary5e551on0f1e2",
}


@dataclass
class Far:
    """An environment of kind dev at a gateway that is not this machine."""

    home: Path
    seen: list[httpx.Request] = field(default_factory=list)

    def bench(self, answer: Callable[[httpx.Request], httpx.Response], gateway: str = GATEWAY) -> Workbench:
        def reply(request: httpx.Request) -> httpx.Response:
            self.seen.append(request)
            return answer(request)

        config = self.home / "config"
        config.mkdir(parents=True, exist_ok=True)
        (config / "config.toml").write_text(f'[environments.far]\nkind = "dev"\ngateway = "{gateway}"\n')
        environ = {f"TOPEXPLORER_FAR_{name}": text for name, text in KEYS.items()}
        return workbench(self.home, environ, environment="far", transport=httpx.MockTransport(reply))

    async def call(self, answer: httpx.Response, format: str = "json", **values: str) -> Exchange:
        engine = self.bench(lambda _request: answer).engine
        draft = RequestDraft("taobao.time.get", values, format="xml" if format == "xml" else "json")
        return await engine.send(engine.prepare(draft))

    async def silence(self, answer: httpx.Response, format: str = "json") -> NoAnswer:
        """What came, which has to be no answer."""
        outcome = (await self.call(answer, format)).outcome
        assert isinstance(outcome, NoAnswer), outcome
        return outcome


@pytest.fixture
def far(tmp_path: Path) -> Far:
    return Far(tmp_path / "far")
