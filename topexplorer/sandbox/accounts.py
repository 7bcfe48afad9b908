"""Who may call the sandbox: apps with their secrets, and the sessions that sellers granted to them.

Every key, secret and session here is made up and opens nothing but the sandbox.
"""

from __future__ import annotations

from datetime import datetime

from topexplorer.core.call import Credentials, Secret
from topexplorer.core.nouns import dataclass
from topexplorer.core.values import GMT8

APP_KEY = "12345678"
SMALL_APP_KEY = "12345679"
SELLER = "童装小铺"
OTHER_SELLER = "数码优选"


@dataclass(frozen=True, slots=True)
class App:
    """An app as the console shows it."""

    key: str
    secret: Secret
    title: str
    packages: frozenset[str] | None = None
    """The catalog categories it may call; None means all."""

    def may_call(self, category: str) -> bool:
        return self.packages is None or category in self.packages


@dataclass(frozen=True, slots=True)
class Grant:
    """A seller's consent to one app. `session` is the access token that proves it."""

    session: Secret
    app_key: str
    seller: str
    expires_at: datetime | None = None
    """None: never, so that the sandbox works on any day."""

    def is_over(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at


class Accounts:
    """The apps and grants a sandbox knows. `Accounts.default()` is what the embedded sandbox starts with."""

    def __init__(self, apps: tuple[App, ...], grants: tuple[Grant, ...] = ()) -> None:
        self.apps = apps
        self.grants = grants
        self._apps = {app.key: app for app in apps}
        self._grants = {grant.session.reveal(): grant for grant in grants}

    @classmethod
    def default(cls) -> Accounts:
        """A full app that both sellers use, an app with two permission packages, and one session that is over."""
        over = datetime(2024, 6, 30, 23, 59, 59, tzinfo=GMT8)
        return cls(
            apps=(
                App(APP_KEY, Secret("sandbox4c1b9e07a6d35f82e01974dba"), "topexplorer 演示应用"),
                App(
                    SMALL_APP_KEY,
                    Secret("sandbox90f3e2d7c58a4b16e3d2705fc"),
                    "只有基础权限包的应用",
                    frozenset({"shop", "tool"}),
                ),
            ),
            grants=(
                Grant(Secret("6100c27d90be43f1a85e6c09d7b2f4183ea65d0c91f7b82208913340"), APP_KEY, SELLER),
                Grant(Secret("6101f83b5d2ce94707a1b6e8c35d90f2417ae8b6d4c0392214506718"), APP_KEY, OTHER_SELLER),
                Grant(Secret("6102a9e4670bd1c385f2e7940c6b8d13f5a07e92c84b612208913340"), SMALL_APP_KEY, SELLER),
                Grant(Secret("6100e5018c7fb3d269a4e0f8517cd62b934ea0d7f1c5822208913340"), APP_KEY, SELLER, over),
            ),
        )

    def app(self, key: str) -> App | None:
        return self._apps.get(key)

    def grant(self, session: str) -> Grant | None:
        return self._grants.get(session)

    def credentials(self, app_key: str = APP_KEY, seller: str | None = SELLER) -> Credentials:
        """What a client of the sandbox signs with: an app, and a session of that seller that is not over, if any.

        Raises KeyError for an app nobody made.
        """
        app = self._apps[app_key]
        valid = (g.session for g in self.grants if (g.app_key, g.seller, g.expires_at) == (app_key, seller, None))
        return Credentials(app.key, app.secret, next(valid, None))
