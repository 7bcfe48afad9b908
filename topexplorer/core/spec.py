"""What an API is: the nouns of the catalog and, at the same time, the format of its files.

One definition serves both. `pydantic` validates files against these classes and writes their JSON Schemas (see
`catalog`); reading a file that is known to be valid needs no pydantic. Unknown keys are refused. Names and types are
the platform's own, because list items on the wire are named after the type.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from topexplorer.core.beforehand import STRICT, Effect, Shows, Unseen
from topexplorer.core.language import Words
from topexplorer.core.nouns import dataclass

ParamType = Literal["string", "integer", "decimal", "boolean", "datetime", "price", "json", "file", "fields", "object"]
Need = Literal["none", "optional", "required"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One allowed value of a parameter."""

    __pydantic_config__ = STRICT
    value: str
    title: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A request parameter."""

    __pydantic_config__ = STRICT
    name: str
    """The name on the wire."""
    type: ParamType
    """How it is edited and checked. `fields` is a comma list of response field names."""
    platform_type: str
    """The platform's own type name, without list brackets: String, Number, Date, Price, Boolean, Json, a struct."""
    title: Words
    """A short name a person uses for it."""
    summary: Words | None = None
    """What it means, one or two sentences."""
    many: bool = False
    """A list: joined with commas on the wire, or a JSON array for objects."""
    required: bool = False
    default: str | None = None
    """What the platform assumes when it is not sent."""
    example: str | None = None
    """A value that passes every check."""
    choices: tuple[Choice, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    """Longest text, in characters."""
    max_items: int | None = None
    """Longest list."""
    children: tuple[Param, ...] = ()
    """The members of an object."""
    model: str | None = None
    """For an object: the shared model whose fields are its members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of an answer or of a shared model."""

    __pydantic_config__ = STRICT
    name: str
    type: ParamType
    platform_type: str
    """The platform's type name, capitals kept: `ResultDTO` names list items `result_d_t_o`."""
    title: Words
    summary: Words | None = None
    many: bool = False
    model: str | None = None
    """The shared model that describes an object; its fields become `children` when the spec is loaded."""
    only: tuple[str, ...] = ()
    """With `model`: only these of its fields, dotted for nested ones (`orders.oid`). Empty means all."""
    children: tuple[Field, ...] = ()
    choices: tuple[Choice, ...] = ()
    example: str | None = None
    """A value as the gateway sends it."""
    needs_session: bool = False
    """Comes only when the call carries the owner's session: the reason behind many empty fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A struct shared by several APIs (`Trade`, `Order`, `Item` …)."""

    __pydantic_config__ = STRICT
    name: str
    """The platform's type name."""
    title: Words
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """An error this API is known for."""

    __pydantic_config__ = STRICT
    sub_code: str
    title: Words
    cure: Words | None = None
    code: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """Why a name no longer works and what to call instead."""

    __pydantic_config__ = STRICT
    reason: Words
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A request or an answer as somebody else's document shows it."""

    __pydantic_config__ = STRICT
    name: str
    """What it shows, such as `JSON` or `XML error`."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The foreign document that an imported spec was made from."""

    __pydantic_config__ = STRICT
    kind: str
    """The row of IMPORTERS that read it."""
    name: str
    """The file, inside its folder or archive."""
    package: str = ""
    """The package that the platform keeps the API in, by the name its document has for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSpec:
    """One API, as `specs/<platform>/apis/<category>/<method>.json` describes it."""

    __pydantic_config__ = STRICT
    method: str
    """The value of the `method` parameter."""
    title: Words
    summary: Words
    category: str
    """The id of a category in platform.json."""
    session: Need
    """Whether the call needs a seller's session (the platform: must, optional, not)."""
    access: str
    """The rate class in platform.json that limits it."""
    writes: bool
    """True when a call can change something. Unknown counts as true."""
    params: tuple[Param, ...] = ()
    response: tuple[Field, ...] = ()
    """The fields directly under the response's root."""
    errors: tuple[ErrorCode, ...] = ()
    docs: str | None = None
    """The platform's page for this API."""
    related: tuple[str, ...] = ()
    """Methods that usually come before or after."""
    retired: Retirement | None = None
    uncertain: Words | None = None
    """What about this spec is not confirmed by the platform's documents."""
    changes: tuple[str, ...] = ()
    """For a write: the parameters that say what will change, most important first."""
    effect: Effect | None = None
    """For a write: what it does. None: unknown."""
    shows: tuple[Shows, ...] = ()
    """For a write: how to read what it will change beforehand. The first that all values are there for counts."""
    unseen: Unseen | None = None
    """For a write that changes or deletes something that cannot be read first: why not."""
    samples: tuple[Sample, ...] = ()
    permissions: tuple[str, ...] = ()
    """The permission packages that contain the API, by the names the console has for them."""
    origin: Origin | None = None
    """Set on an imported spec: nobody of ours has read it."""

    def param(self, name: str) -> Param | None:
        """The parameter of that name."""
        return next((param for param in self.params if param.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `calls` in any window of `seconds`; `seconds` 0 means a calendar day that ends at midnight GMT+8."""

    __pydantic_config__ = STRICT
    calls: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateClass:
    """APIs that share a budget per app key."""

    __pydantic_config__ = STRICT
    name: str
    title: Words
    limits: tuple[Limit, ...]
    unit: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAddress:
    """A well-known gateway of the platform."""

    __pydantic_config__ = STRICT
    name: str
    url: str
    title: Words
    oauth: str | None = None
    """Where `authorize`, `token` and `logoff` for its apps are (user authorisation guide, doc 102635)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A branch of the catalog tree, in the order of the file."""

    __pydantic_config__ = STRICT
    name: str
    title: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalError:
    """An error code of the gateway itself, the same for every API."""

    __pydantic_config__ = STRICT
    code: int
    msg: str
    """As the gateway writes it."""
    title: Words
    cause: Words
    cure: Words
    retry: Literal["no", "wait", "yes", "after-fixing", "by-sub-code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubCodeFamily:
    """What a `sub_code` means by its beginning, for codes no spec names. The longest match wins."""

    __pydantic_config__ = STRICT
    prefix: str
    title: Words
    cure: Words
    retry: Literal["no", "wait", "yes", "after-fixing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTable:
    """`errors.json`: the global codes and the families of sub codes."""

    __pydantic_config__ = STRICT
    codes: tuple[GlobalError, ...]
    families: tuple[SubCodeFamily, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """`platform.json`: everything that is true of every API of a platform."""

    __pydantic_config__ = STRICT
    name: str
    title: Words
    version: str
    """The value of `v`."""
    gateways: tuple[GatewayAddress, ...]
    system_params: tuple[Param, ...]
    sign_methods: tuple[str, ...]
    timestamp_tolerance_seconds: int
    """How far the gateway lets the timestamp be off."""
    app_limits: tuple[Limit, ...]
    """Limits per app key over all APIs: calls per second and per day."""
    rate_classes: tuple[RateClass, ...]
    categories: tuple[Category, ...]

    def rate_class(self, name: str) -> RateClass | None:
        return next((rate for rate in self.rate_classes if rate.name == name), None)


@lru_cache(maxsize=4096)
def item_name(platform_type: str) -> str:
    """The element that wraps each item of a list of that type: `TopProductDO` gives `top_product_d_o`.

    An underscore before every capital but the first, then lower case; checked by others against the platform's own
    generated Java and .NET SDKs.
    """
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(platform_type))


def walk_fields(fields: tuple[Field, ...]) -> Iterator[Field]:
    """Every field, parents before children."""
    for field in fields:
        yield field
        yield from walk_fields(field.children)


def find_field(fields: tuple[Field, ...], named: str) -> tuple[str, Field] | None:
    """The field that a `fields` parameter names, with its own dotted path; None when there is none.

    The platform's documents name a list by its items too: `sku.sku_id` is `skus.sku_id`.
    """
    head, dot, rest = named.partition(".")
    own = (field for field in fields if field.name == head)
    field = next(own, None) or next((f for f in fields if f.many and item_name(f.platform_type) == head), None)
    if field is None or not dot:
        return (field.name, field) if field else None
    found = find_field(field.children, rest)
    return (f"{field.name}.{found[0]}", found[1]) if found else None


def field_paths(fields: tuple[Field, ...], prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Dotted names as `fields` parameters take them (`orders.oid`), parents before children."""
    for field in fields:
        path = f"{prefix}{field.name}"
        yield path, field
        yield from field_paths(field.children, f"{path}.")
