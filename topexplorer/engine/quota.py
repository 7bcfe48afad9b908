"""Which budgets a call draws on: the platform's limits as the environment configures them, keyed for the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from topexplorer.core.language import Language, Words
from topexplorer.core.spec import ApiSpec, Limit, Platform
from topexplorer.engine.configfile import APP_LIMITS
from topexplorer.engine.environments import Environment
from topexplorer.engine.ledger import Budget, Meter

UNCOUNTED = Limit(calls=10**9, seconds=1)
"""An API has no limit of its own that is known; its budget only carries the bans that the gateway announces."""
APP_TITLE = Words(zh="应用", en="app")


def budgets(environment: Environment, app_key: str, spec: ApiSpec | None, platform: Platform) -> tuple[Budget, ...]:
    """The budgets that a call of `spec` draws on; all rate classes when `spec` is None. App limits come first."""
    return tuple(_budgets(environment, app_key, spec, platform))


def _budgets(environment: Environment, app_key: str, spec: ApiSpec | None, platform: Platform) -> Iterator[Budget]:
    start = f"{environment.name}/{app_key}"
    for limit in environment.limits.get(APP_LIMITS, platform.app_limits):
        yield Budget(f"{start}/{APP_LIMITS}", limit, APP_TITLE)
    for rate in platform.rate_classes:
        if spec is None or rate.name == spec.access:
            for limit in environment.limits.get(rate.name, rate.limits):
                yield Budget(f"{start}/{rate.name}", limit, rate.title)
    if spec is not None:
        yield Budget(_api_key(start, spec.method), UNCOUNTED, calls=0)


def meter_title(meter: Meter, say: Language) -> str:
    """What a person calls a meter: its rate class, the app, or the API that a ban is on."""
    return say.words(meter.title) if meter.title else meter.key.rsplit("/", 1)[1].removeprefix("taobao.")


def is_shown(meter: Meter) -> bool:
    """Whether a meter says anything: an API's own appears only while it is banned."""
    return meter.limit != UNCOUNTED or meter.banned_for > 0


def ban_key(environment: Environment, app_key: str, method: str, sub_code: str) -> str:
    """What a call-limit refusal bans: the whole app for `limited-by-app-access-count`, else this API."""
    start = f"{environment.name}/{app_key}"
    return f"{start}/{APP_LIMITS}" if sub_code.endswith("limited-by-app-access-count") else _api_key(start, method)


def _api_key(start: str, method: str) -> str:
    return f"{start}/api/{method}"
