"""What config.toml says, read once and again when somebody else changed it: a running explorer keeps to its guard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from topexplorer.core.call import Secret
from topexplorer.core.language import Message
from topexplorer.core.spec import Platform
from topexplorer.engine.environments import Environments
from topexplorer.engine.settings import signature


class LiveConfig:
    """The environments that the file describes. Their faults are among `problems`; `learn` hears of every secret that
    stands in it and should not."""

    def __init__(
        self, path: Path, platform: Platform, problems: list[Message], learn: Callable[[Iterable[Secret]], object]
    ) -> None:
        self._path = path
        self._platform = platform
        self._problems = problems
        self._learn = learn
        self._seen = signature(path)
        self.environments = Environments({})
        self.take(Environments.load(path, platform))

    def look_again(self) -> bool:
        """Reads the file if it is another one now, and gives whether it was. Costs next to nothing if not.

        An entry that became unusable stays as it was for whoever looks at it, and nothing is sent by it.
        """
        now = signature(self._path)
        if now == self._seen:
            return False
        self._seen = now
        self.take(Environments.load(self._path, self._platform).after(self.environments))
        return True

    def take(self, environments: Environments) -> None:
        """Goes on with these."""
        outdated = self.environments.problems
        problems = [problem for problem in self._problems if problem not in outdated]
        self._problems[:] = [*problems, *environments.problems]
        self._learn(environments.secrets)
        self.environments = environments
