"""Who may call the sandbox: apps with their secrets, and the sessions that sellers granted to them.

Every key, secret and session here is made up and opens nothing but the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Literal

from topexplorer.core.call import Credentials, Secret
from topexplorer.core.language import Words
from topexplorer.core.nouns import dataclass
from topexplorer.core.sessionlife import Level
from topexplorer.core.values import GMT8

APP_KEY = "12345678"
SMALL_APP_KEY = "12345679"
PERSONAL_APP_KEY = "12345680"
GUARDED_APP_KEY = "12345681"
SELLER = "童装小铺"
OTHER_SELLER = "数码优选"
MOST_GRANTS = 10_000
"""Sessions that are kept; the oldest that was handed out goes first."""

DAY, YEAR = 86_400, 31_536_000


@dataclass(frozen=True, slots=True)
class Package:
    """A permission package: the APIs of its categories, and those whose documents name it by its Chinese title."""

    title: Words
    categories: frozenset[str] = frozenset()

    def has(self, category: str, names: Iterable[str]) -> bool:
        return category in self.categories or self.title.zh in names


@dataclass(frozen=True, slots=True)
class Terms:
    """Seconds that an app's sessions last: as a whole, per level of APIs, and for refreshing (0: never)."""

    session: int
    r1: int
    r2: int
    w1: int
    w2: int
    refresh: int = 0


SERVICE_TERMS = Terms(30 * DAY, 30 * DAY, 3 * DAY, DAY, 1800, 30 * DAY)
"""Of an app on the service market, the only kind that can refresh. The figures are ours, far enough apart to watch."""
MERCHANT_TERMS = Terms(YEAR, YEAR, YEAR, YEAR, YEAR)
"""Of a merchant's own back end: a year on every level, as captured answers show."""
TEST_TERMS = Terms(DAY, DAY, 0, 1800, 0)
"""Of an app that is not online: 24 hours; nothing of high risk, as in captured answers of personal apps."""


@dataclass(frozen=True, slots=True)
class App:
    """An app as the console shows it."""

    key: str
    secret: Secret
    title: str
    packages: tuple[Package, ...] | None = None
    """None means all there are."""
    kind: Literal["enterprise", "personal"] = "enterprise"
    terms: Terms = SERVICE_TERMS
    callback: str = "https://app.example.com/callback"
    """The registered callback. Any path on its host will do, and any port of this machine."""
    addresses: tuple[str, ...] = ()
    """The IP allow list, such as `203.0.113.*`; empty lets everybody call."""
    testers: frozenset[str] | None = None
    """While it is not online: the nicks that may authorise it, at most five. None means everybody."""

    def may_call(self, category: str, names: Iterable[str] = ()) -> bool:
        """Whether a package of the app holds an API of that category, which its document puts in `names`."""
        return self.packages is None or any(package.has(category, names) for package in self.packages)

    def may_come_from(self, address: str) -> bool:
        """Whether the allow list lets a call from that address in; `*` stands for any one part."""
        parts = address.split(".")
        return not self.addresses or any(
            len(parts) == 4 and all(want in ("*", part) for want, part in zip(entry.split("."), parts, strict=True))
            for entry in self.addresses
        )


@dataclass(frozen=True, slots=True)
class SubAccount:
    """Somebody who works for a seller. What the main account did not hand over is refused with 12."""

    nick: str
    user_id: int
    duties: frozenset[str]
    """The categories in which it may change things; it may read all."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A seller's main account."""

    nick: str
    user_id: int
    staff: tuple[SubAccount, ...] = ()


CLERK = SubAccount("童装小铺:客服", 2208913352, frozenset({"trade", "refund", "rate", "logistics"}))
OWNERS = (Owner(SELLER, 2208913340, (CLERK,)), Owner(OTHER_SELLER, 2214506718))


@dataclass(frozen=True, slots=True)
class Grant:
    """A seller's consent to one app. `session` is the access token that proves it."""

    session: Secret
    app_key: str
    seller: str
    expires_at: datetime | None = None
    """None: never, so that the sandbox works on any day."""
    ends: Mapping[Level, datetime] = field(default_factory=dict)
    """When each level of APIs is over; a level that is absent lasts as long as the session."""
    staff: SubAccount | None = None
    """Set when a sub-account logged in."""
    revoked: bool = False

    def is_over(self, now: datetime) -> bool:
        return self.revoked or (self.expires_at is not None and now >= self.expires_at)

    def allows(self, level: Level, now: datetime) -> bool:
        """Whether that level is still open; whether the session itself is, `is_over` says."""
        return level not in self.ends or now < self.ends[level]

    @property
    def is_endless(self) -> bool:
        return self.expires_at is None and not (self.ends or self.staff or self.revoked)


class Accounts:
    """The apps, sellers and grants a sandbox knows. `Accounts.default()` is what the embedded sandbox starts with.

    Grants come and go while it runs; `reset` brings back those it started with.
    """

    def __init__(
        self, apps: tuple[App, ...], grants: tuple[Grant, ...] = (), owners: tuple[Owner, ...] = OWNERS
    ) -> None:
        self.apps = apps
        self.owners = owners
        self._apps = {app.key: app for app in apps}
        self._first = grants
        self._grants: dict[str, Grant] = {}
        self.reset()

    @classmethod
    def default(cls) -> Accounts:
        """Four apps: one for everything, one with two packages, a personal one, one with an IP allow list.

        The first has sessions of both sellers that never end, and one each that is over, is over for writes, is over
        for risky calls, belongs to a sub-account, and was revoked.
        """
        return cls(_apps(), _grants())

    @property
    def grants(self) -> tuple[Grant, ...]:
        """All that were ever granted and are still remembered, the dead ones too, oldest first."""
        return tuple(self._grants.values())

    @property
    def first(self) -> tuple[Grant, ...]:
        """Those it started with."""
        return self._first

    def reset(self) -> None:
        self._grants = {grant.session.reveal(): grant for grant in self._first}

    def app(self, key: str) -> App | None:
        return self._apps.get(key)

    def grant(self, session: str) -> Grant | None:
        return self._grants.get(session)

    def person(self, nick: str) -> tuple[Owner, SubAccount | None] | None:
        """The seller of that nick, or the sub-account with the seller it works for; None for nobody."""
        for owner in self.owners:
            if owner.nick == nick:
                return owner, None
            for member in owner.staff:
                if member.nick == nick:
                    return owner, member
        return None

    def add(self, grant: Grant) -> None:
        """From now on its session opens what was granted."""
        if len(self._grants) >= MOST_GRANTS:
            started = {grant.session.reveal() for grant in self._first}
            del self._grants[next(session for session in self._grants if session not in started)]
        self._grants[grant.session.reveal()] = grant

    def revoke(self, session: str) -> None:
        """The seller takes the consent back: calls with it are refused with 27. Raises KeyError for an unknown one."""
        self._grants[session] = replace(self._grants[session], revoked=True)

    def credentials(self, app_key: str = APP_KEY, seller: str | None = SELLER) -> Credentials:
        """What a client of the sandbox signs with: an app, and a session of that seller that never ends, if any.

        Raises KeyError for an app nobody made.
        """
        app = self._apps[app_key]
        valid = (g.session for g in self.grants if (g.app_key, g.seller, g.is_endless) == (app_key, seller, True))
        return Credentials(app.key, app.secret, next(valid, None))


def _apps() -> tuple[App, ...]:
    shop = Package(Words(zh="店铺管理", en="Shop"), frozenset({"shop"}))
    tool = Package(Words(zh="基础工具", en="Basic tools"), frozenset({"tool"}))
    goods = Package(Words(zh="商品管理", en="Items"), frozenset({"item", "category", "media", "inventory"}))
    person = Package(Words(zh="用户信息", en="Users"), frozenset({"user"}))
    return (
        App(APP_KEY, Secret("sandbox4c1b9e07a6d35f82e01974dba"), "topexplorer 演示应用"),
        App(
            SMALL_APP_KEY,
            Secret("sandbox90f3e2d7c58a4b16e3d2705fc"),
            "只有基础权限包的应用",
            (shop, tool),
            terms=MERCHANT_TERMS,
        ),
        App(
            PERSONAL_APP_KEY,
            Secret("sandbox27d8a1f40be96c53d7084ae1b"),
            "个人开发者的测试应用",
            (shop, goods, person, tool),
            "personal",
            TEST_TERMS,
            testers=frozenset({SELLER}),
        ),
        App(
            GUARDED_APP_KEY,
            Secret("sandboxe65b03c9127fd84a0b3d95c78"),
            "限定服务器 IP 的应用",
            terms=MERCHANT_TERMS,
            addresses=("203.0.113.*", "198.51.100.7"),
        ),
    )


def _grants() -> tuple[Grant, ...]:
    over = datetime(2024, 6, 30, 23, 59, 59, tzinfo=GMT8)
    return (
        Grant(Secret("6100c27d90be43f1a85e6c09d7b2f4183ea65d0c91f7b82208913340"), APP_KEY, SELLER),
        Grant(Secret("6101f83b5d2ce94707a1b6e8c35d90f2417ae8b6d4c0392214506718"), APP_KEY, OTHER_SELLER),
        Grant(Secret("6102a9e4670bd1c385f2e7940c6b8d13f5a07e92c84b612208913340"), SMALL_APP_KEY, SELLER),
        Grant(Secret("6100e5018c7fb3d269a4e0f8517cd62b934ea0d7f1c5822208913340"), APP_KEY, SELLER, over),
        Grant(
            Secret("6100b71e4d09a5c83f62d1907be84ac35d2f60918ea7c42208913340"),
            APP_KEY,
            SELLER,
            ends={"w1": over, "w2": over},
        ),
        Grant(
            Secret("61009d3ac5f2e81704b6a9d35c7e0218f4b69ad07c3e152208913340"),
            APP_KEY,
            SELLER,
            ends={"r2": over, "w2": over},
        ),
        Grant(Secret("6100f60c8b2d91e7a34f5d8c06b19e72a4d3085cfb6e912208913352"), APP_KEY, SELLER, staff=CLERK),
        Grant(Secret("61001a8e6cd4720f9b53e1c7a06d48b2f39e5c07da81b62208913340"), APP_KEY, SELLER, revoked=True),
        Grant(Secret("6103d5b20e97f48ac163b8e0d72f5a9c416e3b8d07c2fa2208913340"), PERSONAL_APP_KEY, SELLER),
        Grant(Secret("6104832fc1a6e05d9b74c3f82a1e6d507b9c04e8d35a172208913340"), GUARDED_APP_KEY, SELLER),
    )
