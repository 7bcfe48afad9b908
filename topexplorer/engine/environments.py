"""Named environments: which gateway, how to sign and stamp, how fast, and how careful to be.

`sandbox`, `dev` and `prod` always exist; `config.toml` changes them and adds more. A broken entry is one of `problems`
and never stops the app, but nothing is sent in its place: `get_or_raise` refuses an environment whose entry is broken,
because the built-in one it would fall back to may be another gateway than the user meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from topexplorer.core.call import Secret, TimestampForm
from topexplorer.core.errors import ConfigError, UnknownEnvironment, UnsafeGateway
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import Limit, Platform
from topexplorer.core.text import clean_line
from topexplorer.core.typedwords import said_back
from topexplorer.engine.exposure import require_own
from topexplorer.engine.tomlfile import Unfit, parse_toml, read_text

Kind = Literal["sandbox", "dev", "prod"]
OverLimit = Literal["wait", "refuse"]
KeyName = Literal["APP_KEY", "APP_SECRET", "SESSION"]
SANDBOX_URL = "http://sandbox.topexplorer.invalid/router/rest"
STANDARD = ("sandbox", "dev", "prod")
"""The names of those that are built in."""
HISTORY_DAYS: Mapping[Kind, float] = {"sandbox": 30.0, "dev": 90.0, "prod": 7.0}
"""How long the history keeps calls of a kind where the file does not say."""
_ONLY_OF: Mapping[str, tuple[tuple[Kind, ...], str]] = {
    "vault": (("dev", "prod"), "config.no_vault"),
    "idle_minutes": (("prod",), "config.not_prod"),
}
"""Settings that mean nothing in an environment of another kind, with the message that says so."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One place to send calls to, and the manners to keep there."""

    name: str
    kind: Kind
    gateway: str
    """A URL."""
    dialect: str = "top"
    sign_method: str = "md5"
    timestamp: TimestampForm = "text"
    over_limit: OverLimit = "refuse"
    """What happens to a call that would break a limit."""
    max_wait_seconds: float = 60.0
    """With `wait`: the longest wait; a call that needs more is refused."""
    timeout_seconds: float = 30.0
    limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=dict, hash=False)
    """Instead of the platform's, by rate class or `app`. An empty tuple: no limit."""
    origin: Literal["built-in", "file"] = "built-in"
    secret_cmd: tuple[str, ...] = ()
    """A command that prints keys, as its words. Empty: none."""
    vault: Literal["file", "keyring"] | None = None
    """What the vault of its keys is opened by. None: the system's keyring where there is a real one."""
    app_key: str = ""
    """The app it is for, where config.toml says so. Keys of another app are then not taken from command or vault."""
    read_only: bool = False
    """No call that can change something leaves, whoever confirms it."""
    allow: tuple[str, ...] = ()
    """Patterns of methods: only these may be called. Empty: all."""
    deny: tuple[str, ...] = ()
    """Patterns of methods that may not be called, whatever `allow` says."""
    proxy: str = ""
    """An address, `direct` for none; empty: as the proxy variables say."""
    ca_bundle: str = ""
    """A PEM file of the authorities to trust in place of the system's."""
    seller: str = ""
    """Whose session is used, by nick, where several are kept."""
    idle_minutes: float = 10.0
    """Of prod: without a key press for so long the explorer goes back to where nothing can be broken."""
    history_days: float = HISTORY_DAYS["sandbox"]
    """How long calls stay in the history. 0: none gets there."""
    stated: frozenset[str] = frozenset()
    """The settings that config.toml states; the others are built in."""

    def variable(self, key: KeyName) -> str:
        """The environment variable that holds this key: `TOPEXPLORER_PROD_APP_KEY`."""
        return f"TOPEXPLORER_{self.name.upper().replace('-', '_')}_{key}"


class Environments(Mapping[str, Environment]):
    """Environments by name: `sandbox`, `dev`, `prod`, then those of the file. Choose with `get_or_raise`."""

    def __init__(
        self,
        known: Mapping[str, Environment],
        problems: tuple[Message, ...] = (),
        broken: Mapping[str, Message] | None = None,
        broken_file: Message | None = None,
        secrets: tuple[Secret, ...] = (),
    ) -> None:
        self._known = dict(known)
        self._broken = dict(broken or {})
        self._broken_file = broken_file
        self.secrets = secrets
        """What the file holds and should not."""
        self.problems = problems

    @classmethod
    def load(cls, config_file: Path, platform: Platform) -> Environments:
        """The built-in environments as the file, if there is one, changes and adds to them. Never raises."""
        known = built_in(platform)
        try:
            text = read_text(config_file)
            require_own(config_file)
            return cls.parse(config_file, text, platform)
        except FileNotFoundError:
            return cls(known)
        except ConfigError as error:
            return cls(known, (error.message,), broken_file=error.message)

    @classmethod
    def parse(cls, config_file: Path, text: str, platform: Platform) -> Environments:
        """The same of `text`, what the file says or is to say. Raises ConfigError for what is not TOML."""
        from topexplorer.engine.configfile import Tables

        known = built_in(platform)
        tables = Tables(config_file, platform)
        tables.read(parse_toml(config_file, text))
        for name, values in tables.good.items():
            try:
                known[name] = _configured(name, values, known, platform)
            except Unfit as fault:
                tables.fault(f"environments.{name}{fault.where}", fault.reason, name)
        return cls(known, tuple(tables.problems), tables.broken, secrets=tuple(tables.secrets))

    def after(self, before: Environments) -> Environments:
        """These, the ones that cannot be used being as they were `before`: a slip makes none less careful."""
        lost = before if self._broken_file else self._broken
        known = {**self._known, **{name: before[name] for name in lost if name in before}}
        return Environments(known, self.problems, self._broken, self._broken_file, self.secrets)

    def __getitem__(self, name: str) -> Environment:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    @property
    def broken(self) -> Mapping[str, Message]:
        """What is wrong with each entry that cannot be used, by name."""
        return self._broken

    @property
    def broken_file(self) -> Message | None:
        """What is wrong with the whole file: then nothing but the sandbox can be used."""
        return self._broken_file

    @property
    def default(self) -> Environment:
        """The sandbox: no account, no keys, no network."""
        return self._known["sandbox"]

    def get_or_raise(self, name: str) -> Environment:
        """The environment to send calls to. Raises UnknownEnvironment, or ConfigError when its entry is broken.

        The sandbox is always there: what is sent to it goes nowhere.
        """
        if name == self.default.name:
            return self.default
        if self._broken_file:
            raise ConfigError(self._broken_file)
        if problem := self._broken.get(name):
            raise ConfigError(problem, message("environment.broken.hint", name=clean_line(name)))
        if name not in self._known:
            known = tuple(other for other in self._known if other not in self._broken)
            raise UnknownEnvironment(message("environment.none_such", name=said_back(name), known=known))
        return self._known[name]


def built_in(platform: Platform) -> dict[str, Environment]:
    """What exists without any file: the embedded sandbox, and `dev` and `prod` at the platform's production gateway."""
    urls = {gateway.name: gateway.url for gateway in platform.gateways}
    production = urls.get("production") or next(iter(urls.values()), "")
    return {
        "sandbox": Environment("sandbox", "sandbox", SANDBOX_URL),
        "dev": Environment("dev", "dev", production, history_days=HISTORY_DAYS["dev"]),
        "prod": Environment("prod", "prod", production, history_days=HISTORY_DAYS["prod"]),
    }


def _configured(
    name: str, values: Mapping[str, Any], known: Mapping[str, Environment], platform: Platform
) -> Environment:
    """The environment that a table describes, in place of or beside the known ones. Raises Unfit."""
    standard = built_in(platform)
    kind = values.get("kind") or (standard[name].kind if name in standard else None)
    if kind is None:
        raise Unfit(message("config.no_kind"))
    # A kind is a promise about guards and colours: what is called prod must be treated as prod.
    if name in standard and kind != standard[name].kind:
        raise Unfit(message("config.fixed_kind", name=name, kind=standard[name].kind), ".kind")
    if name == "sandbox" and values.get("gateway", SANDBOX_URL) != SANDBOX_URL:
        raise Unfit(message("config.fixed_gateway"), ".gateway")
    for key, (kinds, reason) in _ONLY_OF.items():
        if key in values and kind not in kinds:
            raise Unfit(message(reason), f".{key}")
    if kind == "sandbox" and not _is_here(values.get("gateway", SANDBOX_URL)):
        raise Unfit(message("config.sandbox_gateway"), ".kind")
    if name == "sandbox" and "app_key" in values:
        raise Unfit(message("config.fixed_app_key"), ".app_key")
    environment = replace(standard[kind], name=name, origin="file", stated=frozenset(values))
    for other in known.values():
        if other.name != name and other.variable("APP_KEY") == environment.variable("APP_KEY"):
            variable = environment.variable("APP_KEY")
            raise Unfit(message("config.same_variables", other=other.name, variable=variable))
        if other.name != name and other.kind != kind and other.app_key and other.app_key == values.get("app_key"):
            raise Unfit(message("config.app_of_other", other=other.name, kind=other.kind), ".app_key")
    return replace(environment, **values)


def require_safe(environment: Environment) -> None:
    """Raises UnsafeGateway unless the gateway is https, this machine, or the embedded sandbox.

    Over plain http anyone on the way reads the session and the signed call.
    """
    if environment.gateway == SANDBOX_URL:
        return
    parts = urlsplit(environment.gateway)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(environment.gateway))):
        return
    gateway = clean_line(environment.gateway)
    raise UnsafeGateway(message("environment.unsafe_gateway", name=environment.name, gateway=gateway))


def _is_here(gateway: str) -> bool:
    """Whether it is the embedded sandbox, or an address of this machine."""
    return gateway == SANDBOX_URL or is_loopback(urlsplit(gateway).hostname or "")


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    if host == "localhost":
        return True
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
