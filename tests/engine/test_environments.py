"""Environments: what is built in, what a config file changes, and how every fault in it is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sentences import ENGLISH, said
from topexplorer.core.errors import ConfigError, UnknownEnvironment, UnsafeGateway
from topexplorer.core.language import Message, Words, message
from topexplorer.core.spec import GatewayAddress, Limit, Platform, RateClass
from topexplorer.engine.configfile import parse_limit
from topexplorer.engine.environments import SANDBOX_URL, Environment, Environments, Kind, require_safe

NONE = Words(zh="", en="")
PLATFORM = Platform(
    name="top",
    title=NONE,
    version="2.0",
    gateways=(
        GatewayAddress(name="overseas", url="https://over.example/router/rest", title=NONE),
        GatewayAddress(name="production", url="https://eco.example/router/rest", title=NONE),
    ),
    system_params=(),
    sign_methods=("md5", "hmac"),
    timestamp_tolerance_seconds=600,
    app_limits=(),
    rate_classes=(RateClass(name="trade", title=NONE, limits=()),),
    categories=(),
)


def load(folder: Path, text: str | bytes) -> Environments:
    file = folder / "config.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Environments.load(file, PLATFORM)


def test_without_a_file_there_are_three_environments_and_the_sandbox_is_active(tmp_path: Path) -> None:
    environments = Environments.load(tmp_path / "config.toml", PLATFORM)
    assert list(environments) == ["sandbox", "dev", "prod"]
    assert environments.default == Environment("sandbox", "sandbox", SANDBOX_URL)
    assert environments["prod"] == Environment("prod", "prod", "https://eco.example/router/rest", history_days=7.0)
    assert environments["dev"].kind == "dev"
    assert environments.problems == ()


def test_the_file_changes_environments_and_adds_more(tmp_path: Path) -> None:
    environments = load(
        tmp_path,
        """
        [environments.prod]
        gateway = "overseas"
        sign_method = "hmac"
        timestamp = "ms"
        over_limit = "wait"
        max_wait_seconds = 5
        timeout_seconds = 2.5
        history_days = 0
        [environments.prod.limits]
        app = ["10/s", "5000/day"]
        trade = []
        [environments.bench-2]
        kind = "dev"
        gateway = "http://127.0.0.1:8080/router/rest"
        """,
    )
    assert environments.problems == ()
    limits = {"app": (Limit(calls=10, seconds=1), Limit(calls=5000, seconds=0)), "trade": ()}
    url = "https://over.example/router/rest"
    wanted = Environment("prod", "prod", url, "top", "hmac", "ms", "wait", 5.0, 2.5, limits, "file", history_days=0.0)
    assert replace(environments.get_or_raise("prod"), stated=frozenset()) == wanted
    assert environments["bench-2"].history_days == environments["dev"].history_days == 90.0
    assert environments["bench-2"].gateway == "http://127.0.0.1:8080/router/rest"
    assert environments["bench-2"].variable("APP_KEY") == "TOPEXPLORER_BENCH_2_APP_KEY"
    assert environments["dev"].origin == "built-in"
    assert list(environments) == ["sandbox", "dev", "prod", "bench-2"]


def test_a_new_environment_of_a_kind_begins_at_the_gateway_of_that_kind(tmp_path: Path) -> None:
    environments = load(tmp_path, '[environments]\na.kind = "prod"\nb.kind = "sandbox"')
    assert [environments[name].gateway for name in "ab"] == ["https://eco.example/router/rest", SANDBOX_URL]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("200/60s", 60), ("200/s", 1), ("200/min", 60), ("200/2min", 120), ("200/1.5s", 1.5), ("200/h", 3600)],
)
def test_a_limit_reads_as_people_write_it(text: str, seconds: float) -> None:
    assert parse_limit(text) == Limit(calls=200, seconds=seconds)


@given(st.text(alphabet="0123456789/smindayh. ", max_size=12))
def test_a_limit_is_read_or_refused_and_never_lets_everything_through(text: str) -> None:
    try:
        limit = parse_limit(text)
    except ValueError:
        return
    assert limit.calls >= 1
    assert 0 < limit.seconds <= 86_400 or text.replace(" ", "").endswith("/day")


# (what stands in the file, where the sentence must point, what it must say)
FAULTS = [
    ("[environments.dev]\napp_key = 0x" + "f" * 5000, "environments.dev.app_key", "must be an app key"),
    ("[environments.prod]\nkind = 'dev'", "environments.prod.kind", "always of kind prod"),
    ("[environments.sandbox]\nkind = 'prod'", "environments.sandbox.kind", "always of kind sandbox"),
    ("[environments.sandbox]\ngateway = 'production'", "environments.sandbox.gateway", "always the embedded one"),
    ("[environments.x]\n", "environments.x", "no kind"),
    ("[environments.x]\nkind = 'live'", "environments.x.kind", "one of sandbox, dev, prod"),
    ("[environments.dev]\ngatway = 'production'", "environments.dev.gatway", "did you mean gateway?"),
    ("[environments.dev]\nzzz = 1", "environments.dev.zzz", "use kind, gateway"),
    ("[environments.dev]\ngateway = 'eco.taobao.com'", "environments.dev.gateway", "one of overseas, production"),
    ("[environments.dev]\ngateway = 'https://eco.taobao.com@evil.example/'", "environments.dev.gateway", "address"),
    ("[environments.dev]\ngateway = 'ftp://eco.taobao.com/'", "environments.dev.gateway", "address"),
    ("[environments.dev]\ngateway = 'https://[::1/'", "environments.dev.gateway", "address"),
    ("[environments.dev]\ngateway = 'https://x:99999/'", "environments.dev.gateway", "address"),
    ("[environments.dev]\ngateway = 5", "environments.dev.gateway", "address"),
    ("[environments.dev]\nsign_method = 'sha1'", "environments.dev.sign_method", "one of md5, hmac"),
    ("[environments.dev]\nsign_method = ['md5']", "environments.dev.sign_method", "one of md5, hmac"),
    ("[environments.dev]\ntimestamp = 'unix'", "environments.dev.timestamp", "one of text, ms"),
    ("[environments.dev]\nover_limit = 'ignore'", "environments.dev.over_limit", "one of wait, refuse"),
    ("[environments.dev]\nmax_wait_seconds = -1", "environments.dev.max_wait_seconds", "from 0 to 86400"),
    ("[environments.dev]\nmax_wait_seconds = nan", "environments.dev.max_wait_seconds", "number of seconds"),
    ("[environments.dev]\ntimeout_seconds = '30'", "environments.dev.timeout_seconds", "number of seconds"),
    ("[environments.dev]\ntimeout_seconds = true", "environments.dev.timeout_seconds", "number of seconds"),
    ("[environments.dev]\nlimits = '10/s'", "environments.dev.limits", "a table"),
    ("[environments.dev.limits]\ntrades = ['1/s']", "environments.dev.limits.trades", "did you mean trade?"),
    ("[environments.dev.limits]\ntrade = '1/s'", "environments.dev.limits.trade", "must be a list"),
    ("[environments.dev.limits]\ntrade = ['1/s', '0/s']", "environments.dev.limits.trade[1]", "200/60s"),
    ("[environments.dev.limits]\ntrade = [5]", "environments.dev.limits.trade[0]", "200/60s"),
    ("[environments.dev.limits]\ntrade = ['1/25h']", "environments.dev.limits.trade[0]", "at most a day"),
]


@pytest.mark.parametrize(("text", "where", "reason"), FAULTS, ids=[where for _text, where, _reason in FAULTS])
def test_a_broken_entry_is_named_and_not_used_while_the_others_work(
    text: str, where: str, reason: str, tmp_path: Path
) -> None:
    environments = load(tmp_path, f"{text}\n[environments.good]\nkind = 'dev'\n")
    sentence, *others = map(said, environments.problems)
    assert sentence.startswith(f"{tmp_path / 'config.toml'} cannot be used, {where}: ")
    assert reason in sentence
    assert others == []
    assert environments.get_or_raise("good").kind == "dev"
    broken = where.split(".")[1]
    if broken == "sandbox":
        assert environments.get_or_raise("sandbox") == environments.default
    else:
        with pytest.raises(ConfigError) as raised:
            environments.get_or_raise(broken)
        assert raised.value.message == environments.problems[0]
    assert environments["prod"].gateway == "https://eco.example/router/rest"


def test_every_fault_of_an_entry_is_named(tmp_path: Path) -> None:
    environments = load(tmp_path, "[environments.dev]\ntimestamp = 1\nover_limit = 2\n")
    assert [said(problem).count("environments.dev.") for problem in environments.problems] == [1, 1]


# (the whole file, where the sentence must point, what it must say)
BROKEN_FILES: list[tuple[str | bytes, str, str]] = [
    ("[environments.dev\n", "line 1, column 18", "not valid TOML"),
    ("a = 1\na = 2\n", "line 2, column 6", "not valid TOML"),
    ("[environments]\nx = [", "end of file", "not valid TOML"),
    ("x = " + "[" * 100_000, "config.toml", "cannot be used"),
    ("x = " + "9" * 10_000, "config.toml", "a number of thousands of digits"),
    (b"a = '\xff'", "config.toml", "save it as UTF-8"),
    (b"#" * (4 * 1024 * 1024 + 1), "config.toml", "larger than 4 MB"),
]


@pytest.mark.parametrize(("text", "where", "reason"), BROKEN_FILES, ids=range(len(BROKEN_FILES)))
def test_a_broken_file_leaves_the_sandbox_and_lets_no_call_go_elsewhere(
    text: str | bytes, where: str, reason: str, tmp_path: Path
) -> None:
    environments = load(tmp_path, text)
    (sentence,) = map(said, environments.problems)
    assert where in sentence
    assert reason in sentence
    assert list(environments) == ["sandbox", "dev", "prod"]
    assert environments.get_or_raise("sandbox") == environments.default
    for name in ("dev", "prod", "mine"):
        with pytest.raises(ConfigError):
            environments.get_or_raise(name)


@pytest.mark.parametrize(
    "text",
    [
        *("[a", "[[a]", "[a] b", "a", "= 1", "a = ", "a = 1 2", "a = x", "a = [1", "a = {b = 1", "a = {b = 1, b = 2}"),
        *(
            'a = "b',
            "a = 'b",
            "a = '''b",
            'a = "\\q"',
            'a = "\\ud800"',
            'a = "\\u00"',
            'a = "\\x"',
            'a = "\1"',
            "a = '\1'",
        ),
        *(
            "[a]\n[a]",
            "a = 1\na = 2",
            "a = 1\na.b = 2",
            "a = {}\na.b = 2",
            "a = 1\n[a]",
            "a = [1]\n[[a]]",
            "a = 1979-13-01",
        ),
        *("é = 1", '"""a""" = 1', "a.b.c = 1\n[a.b.c]", "x = 1 # \1"),
    ],
)
def test_what_is_wrong_with_the_toml_is_said_in_the_person_s_language(text: str, tmp_path: Path) -> None:
    (problem,) = load(tmp_path, text).problems
    reason = problem.values["reason"]
    assert isinstance(reason, Message)
    detail = reason.values["detail"]
    assert isinstance(detail, Message), detail
    assert detail.key.startswith("toml.fault.")
    assert said(detail) != ENGLISH.render(message("toml.fault.statement")) or text in ("= 1", "é = 1")


def test_a_folder_in_the_place_of_the_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    (problem,) = Environments.load(tmp_path / "config.toml", PLATFORM).problems
    assert "Is a directory" in said(problem)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[environment.dev]", "environment:"),
        ("environments = 3", "environments:"),
        ("[environments]\ndev = 'x'", "environments.dev:"),
        ("[environments.Dev]\nkind = 'dev'", "environments.Dev:"),
        ("[environments.9]\nkind = 'dev'", "environments.9:"),
        ('[environments."\\u001b[31m"]\nkind = "dev"', "environments.␛[31m:"),
        (f"[environments.{'x' * 33}]\nkind = 'dev'", "32 lower-case letters"),
    ],
)
def test_what_is_no_environment_is_named(text: str, where: str, tmp_path: Path) -> None:
    environments = load(tmp_path, text)
    (sentence,) = map(said, environments.problems)
    assert where in sentence
    assert set(environments) == {"sandbox", "dev", "prod"}


def test_two_environments_never_read_the_same_variables(tmp_path: Path) -> None:
    environments = load(tmp_path, "[environments]\na-b.kind = 'dev'\na_b.kind = 'prod'\n")
    (sentence,) = map(said, environments.problems)
    assert "TOPEXPLORER_A_B_APP_KEY" in sentence
    assert "a_b" not in environments


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    environments = load(tmp_path, b"\xef\xbb\xbf[environments.dev]\r\nover_limit = 'wait'\r\n")
    assert environments["dev"].over_limit == "wait"


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    environments = load(tmp_path, "[environments.dev]\ntimestamp = 1")
    with pytest.raises(UnknownEnvironment) as raised:
        environments.get_or_raise("live\x1b[31m")
    sentence = said(raised.value.message)
    assert "choose from sandbox, prod or" in sentence
    assert "\x1b" not in sentence


def test_without_a_production_gateway_the_first_one_stands_in(tmp_path: Path) -> None:
    platform = replace(PLATFORM, gateways=PLATFORM.gateways[:1])
    assert Environments.load(tmp_path / "none", platform)["prod"].gateway == "https://over.example/router/rest"


SAFE = ["https://eco.taobao.com/router/rest", "https://x:8443/", SANDBOX_URL]
SAFE += [f"http://{host}/router/rest" for host in ("localhost", "127.0.0.1:80", "127.9.8.7", "[::1]:8080", "LOCALHOST")]
UNSAFE = [
    "http://eco.taobao.com/router/rest",
    "http://sandbox.topexplorer.invalid/other",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
    "http://127.0.0.1@evil.example/",
    "http://10.0.0.1/",
    "http://0.0.0.0/",
    "ws://localhost/",
    "https:///router/rest",
    "",
]


@pytest.mark.parametrize("gateway", SAFE)
def test_https_and_this_machine_are_safe(gateway: str) -> None:
    require_safe(Environment("prod", "prod", gateway))


@pytest.mark.parametrize("gateway", UNSAFE)
@pytest.mark.parametrize("kind", ["sandbox", "dev", "prod"])
def test_no_signed_call_goes_out_in_the_clear(gateway: str, kind: Kind) -> None:
    with pytest.raises(UnsafeGateway) as raised:
        require_safe(Environment("x", kind, gateway))
    assert f"in the clear to {gateway};" in said(raised.value.message)


def test_an_environment_can_be_a_key_of_a_dictionary() -> None:
    environment = Environment("dev", "dev", SANDBOX_URL, limits={"app": ()})
    assert {environment: 1}[replace(environment)] == 1


def test_the_file_says_where_secrets_are(tmp_path: Path) -> None:
    environments = load(
        tmp_path,
        """
        [environments.dev]
        secret_cmd = ["pass", "show", "top/dev"]
        [environments.prod]
        vault = "keyring"
        """,
    )
    assert environments.problems == ()
    assert (environments["dev"].secret_cmd, environments["dev"].vault) == (("pass", "show", "top/dev"), None)
    assert (environments["prod"].secret_cmd, environments["prod"].vault) == ((), "keyring")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('secret_cmd = "pass show top/dev"', "environments.dev.secret_cmd: must be a list of texts"),
        ("secret_cmd = []", "environments.dev.secret_cmd: must be a list of texts"),
        ('secret_cmd = ["pass", 1]', "environments.dev.secret_cmd: must be a list of texts"),
        ('secret_cmd = [" "]', "environments.dev.secret_cmd: must be a list of texts"),
        ('secret_cmd = ["pass", "a\\u0000b"]', "environments.dev.secret_cmd: must be a list of texts"),
        ('vault = "plain"', "environments.dev.vault: "),
        ("vault = 1", "environments.dev.vault: "),
    ],
)
def test_where_secrets_are_is_checked(line: str, sentence: str, tmp_path: Path) -> None:
    environments = load(tmp_path, f"[environments.dev]\n{line}\n")
    assert sentence in said(environments.problems[0])
    with pytest.raises(ConfigError):
        environments.get_or_raise("dev")


def test_a_sandbox_has_no_vault(tmp_path: Path) -> None:
    environments = load(tmp_path, '[environments.mine]\nkind = "sandbox"\nvault = "file"\n')
    assert "environments.mine.vault: a sandbox has no vault" in said(environments.problems[0])
