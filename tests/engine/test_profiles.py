"""Profiles: saved requests that come back exactly, in files a person can edit, and that never hold a secret."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.engine.sentences import said
from topexplorer.core.call import RequestDraft
from topexplorer.core.errors import ConfigError, StorageError, UnknownProfile
from topexplorer.core.text import clean_line
from topexplorer.engine.profiles import Profile, Profiles, file_stem, project_folder

ROOT = Path(__file__).parents[2]
DRAFT = RequestDraft("taobao.time.get")
SOLD = Profile(
    "Sold last week",
    RequestDraft(
        "taobao.trades.sold.get",
        values={"start_created": "-7d", "fields": "tid,orders.oid", "tid": "1234567890123456789"},
        files={"image": "~/图 片.png"},
        off=frozenset({"tid", "fields"}),
        format="xml",
        simplify=True,
        sign_method="hmac",
    ),
    environment="dev",
    note="每周一看\nsecond line",
)
TEXT = """\
name = "Sold last week"
method = "taobao.trades.sold.get"
environment = "dev"
note = \"\"\"每周一看
second line\"\"\"
format = "xml"
simplify = true
sign_method = "hmac"
off = ["fields", "tid"]

[values]
fields = "tid,orders.oid"
start_created = "-7d"
tid = "1234567890123456789"

[files]
image = "~/图 片.png"
"""


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path / "user", None)


def write(folder: Path, name: str, text: str | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def draft_of(profiles: Profiles, name: str) -> RequestDraft:
    return profiles.get(name).draft


def test_a_profile_is_one_plain_private_file(profiles: Profiles, tmp_path: Path) -> None:
    path = profiles.save(SOLD)
    assert path == tmp_path / "user" / "sold-last-week.toml"
    assert path.read_text(encoding="utf-8") == TEXT
    assert path.stat().st_mode & 0o777 == 0o600
    found = profiles.get("Sold last week")
    assert (found.draft, found.environment, found.note, found.path) == (SOLD.draft, "dev", SOLD.note, path)


def test_equal_requests_are_equal_files(tmp_path: Path) -> None:
    texts = set()
    for order in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}):
        texts.add(Profiles(tmp_path / "-".join(order), None).save(Profile("x", RequestDraft("m", order))).read_bytes())
    assert len(texts) == 1


WHOLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = WHOLE.filter(lambda name: bool(name.strip()))
ROWS = st.dictionaries(WHOLE.map("p_{}".format), WHOLE, max_size=4)
DRAFTS = st.builds(
    RequestDraft,
    NAMES,
    ROWS,
    ROWS,
    st.frozensets(WHOLE, max_size=3),
    st.sampled_from(["json", "xml"]),
    st.booleans(),
    st.none() | NAMES,
)


@given(DRAFTS, DRAFTS, st.none() | NAMES, WHOLE)
@example(RequestDraft("m", {"": "", "a.b": '"""\\', "p\n": "\n\n\r\n\t\x00\x7f'''"}), DRAFT, None, "\r")
@example(RequestDraft("m", {"a": "1"}, {"f": "x"}), RequestDraft("m", {"b": "\n\n"}, off=frozenset("b")), "e", "n\n")
def test_whatever_was_typed_comes_back_exactly(
    first: RequestDraft, second: RequestDraft, environment: str | None, note: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        profiles = Profiles(Path(folder), None)
        for draft in (first, second):
            path = profiles.save(Profile("x", draft, environment, note))
            assert profiles.list() == (Profile("x", draft, environment, note, path),)
        assert profiles.problems == ()


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True))
@example(["A", "a", "Ａ", "con", "CON", "..", "../../etc/passwd", "中文 名", "\u00e9", "e\u0301"])
@example(["x" * 120, "x" * 119 + "y", "字" * 120, "字" * 119 + "z"])
def test_every_name_has_its_own_file_that_every_system_can_keep(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        profiles = Profiles(Path(folder), None)
        kept = []
        for name in names:
            if clean_line(name) == name and len(name) <= 120:
                profiles.save(Profile(name, DRAFT.with_value("q", name)))
                kept.append(name)
            else:
                with pytest.raises(ConfigError, match=r"profile\.bad_name"):
                    profiles.save(Profile(name, DRAFT))
        assert {profile.name: profile.draft.values["q"] for profile in profiles.list()} == {n: n for n in kept}
        files = [Path(entry).stem for entry in os.listdir(folder)]
        assert len({unicodedata.normalize("NFKC", stem).casefold() for stem in files}) == len(kept)
        for stem in files:
            assert all(char.isalnum() or char == "-" for char in stem)
            assert len(stem.encode()) <= 80
            assert stem not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Sold Trades, last 7 days!", "sold-trades-last-7-days"),
        ("最近的订单 (1)", "最近的订单-1"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "profile"),
        ("Con", "con-profile"),
        ("com¹", "com1-profile"),
        ("字" * 40, "字" * 26),
    ],
)
def test_a_file_is_named_after_its_profile(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_saving_again_keeps_a_persons_comments_and_layout(profiles: Profiles, tmp_path: Path) -> None:
    text = (
        "# mine\r\nname='x'   # the name\r\nmethod = 'taobao.time.get'\r\n\r\n"
        "[values]\r\n# why\r\npage_no = 2  # as a number\r\nq = 'old'\r\ngone = '1'\r\n"
    )
    path = write(tmp_path / "user", "mine.toml", text)
    assert draft_of(profiles, "x").values == {"page_no": "2", "q": "old", "gone": "1"}
    draft = RequestDraft("taobao.time.get", {"page_no": "2", "q": "new", "z": "1"}, {"f": "a.png"})
    assert profiles.save(Profile("x", draft, note="hello")) == path
    after = path.read_bytes().decode()
    for kept in ("# mine\r\n", "name='x'   # the name\r\n", "# why\r\npage_no = 2  # as a number\r\n"):
        assert kept in after
    assert "gone" not in after
    found = profiles.get("x")
    assert (found.draft, found.note) == (draft, "hello")


def test_a_file_in_an_unusual_style_is_saved_right_all_the_same(profiles: Profiles, tmp_path: Path) -> None:
    write(
        tmp_path / "user", "mine.toml", 'values.a = "1"\nname = "x"\nvalues."b.c" = "2"\nmethod = "m"\nfiles = {f="g"}'
    )
    assert draft_of(profiles, "x") == RequestDraft("m", {"a": "1", "b.c": "2"}, {"f": "g"})
    draft = RequestDraft("m2", {"a": "3", "d": "4"}, {"f": "h", "i": "j"}, off=frozenset("d"))
    profiles.save(Profile("x", draft, "dev"))
    assert draft_of(profiles, "x") == draft


def test_values_without_quotes_keep_every_digit(profiles: Profiles, tmp_path: Path) -> None:
    rows = "tid = 1234567890123456789\nprice = 1.10\nbig = 99999999999999999999999999.990\non = true\n"
    write(tmp_path / "user", "x.toml", f"name = 'x'\nmethod = 'm'\n[values]\n{rows}")
    assert draft_of(profiles, "x").values == {
        "tid": "1234567890123456789",
        "price": "1.10",
        "big": "99999999999999999999999999.990",
        "on": "true",
    }


# (what is in the file, where the sentence must point, what it must say)
FAULTS: list[tuple[str | bytes, str, str]] = [
    ("name = 'x'\nmethod = \n", "line 2, column 10", "not valid TOML"),
    ("name = 'x'", "method", "is missing"),
    ("method = 'm'", "name", "is missing"),
    ("name = ''\nmethod = 'm'", "name", "one line of 1 to 120 visible characters"),
    ("name = 'a\tb'\nmethod = 'm'", "name", "visible characters"),
    ("name = 5\nmethod = 'm'", "name", "in quotes"),
    ("name = 'x'\nmethod = ' '", "method", "is blank"),
    ("name = 'x'\nmethod = 'm'\nvalue = 1", "value", "did you mean values?"),
    ("name = 'x'\nmethod = 'm'\nsession = 'x'", "session", "no key session"),
    ("name = 'x'\nmethod = 'm'\nformat = 'yaml'", "format", "one of json, xml"),
    ("name = 'x'\nmethod = 'm'\nsimplify = 'yes'", "simplify", "true or false"),
    ("name = 'x'\nmethod = 'm'\noff = 'a'", "off", "must be a list"),
    ("name = 'x'\nmethod = 'm'\noff = [1]", "off", "in quotes"),
    ("name = 'x'\nmethod = 'm'\nvalues = 'a'", "values", "must be a table"),
    ("name = 'x'\nmethod = 'm'\n[values]\na = 2026-01-01", "values.a", "in quotes"),
    ("name = 'x'\nmethod = 'm'\n[values]\na.b = 'c'", "values.a", "in quotes"),
    (f"name = 'x'\nmethod = 'm'\n[values]\na = 0x{'f' * 4000}", "values.a", "in quotes"),
    ("name = 'x'\nmethod = 'm'\n[values]\nsession = '6100'", "values.session", "remove that row"),
    (b"\xff", "", "save it as UTF-8"),
    ("a = " + "[" * 100_000, "", "cannot be used"),
]


@pytest.mark.parametrize(("text", "where", "reason"), FAULTS, ids=range(len(FAULTS)))
def test_a_broken_file_is_named_and_hides_nothing_else(
    text: str | bytes, where: str, reason: str, profiles: Profiles, tmp_path: Path
) -> None:
    profiles.save(SOLD)
    path = write(tmp_path / "user", "x.toml", text)
    (sentence,) = map(said, profiles.problems)
    assert sentence.startswith(f"{path} cannot be used{f', {where}: ' if where else ': '}")
    assert reason in sentence
    assert [profile.name for profile in profiles.list()] == ["Sold last week"]
    with pytest.raises(ConfigError) as raised:
        profiles.get("x")
    assert said(raised.value.message) == sentence
    saved = profiles.save(Profile("x", DRAFT))
    assert saved.name == "x-2.toml"
    assert path.read_bytes() == (text if isinstance(text, bytes) else text.encode())


def test_what_is_not_a_profile_file_is_left_alone(profiles: Profiles, tmp_path: Path) -> None:
    for name in (".hidden.toml", ".x.toml.1234.tmp", "notes.md"):
        write(tmp_path / "user", name, "not = [")
    assert profiles.list() == ()
    assert profiles.problems == ()


def test_two_files_of_one_name_are_a_problem_and_the_first_counts(profiles: Profiles, tmp_path: Path) -> None:
    for name, note in (("b.toml", "second"), ("a.toml", "first")):
        write(tmp_path / "user", name, f"name = 'x'\nmethod = 'm'\nnote = '{note}'")
    assert profiles.get("x").note == "first"
    (sentence,) = map(said, profiles.problems)
    assert sentence.startswith(f"{tmp_path / 'user' / 'b.toml'} cannot be used, name: a.toml has the same name")


def test_a_projects_profiles_come_first_and_take_what_is_new(tmp_path: Path) -> None:
    project, user = tmp_path / "project", tmp_path / "user"
    only_user = Profiles(user, None)
    for name in ("b", "a", "c"):
        only_user.save(Profile(name, DRAFT, note="user"))
    both = Profiles(user, project)
    assert both.save(Profile("b", DRAFT, note="project")).parent == project
    assert [(profile.name, profile.note) for profile in both.list()] == [
        ("b", "project"),
        ("a", "user"),
        ("b", "user"),
        ("c", "user"),
    ]
    assert both.get("b").note == "project"


def test_a_profile_of_the_users_stays_the_users_when_it_is_edited_in_a_project(tmp_path: Path) -> None:
    Profiles(tmp_path / "user", None).save(Profile("a", DRAFT))
    both = Profiles(tmp_path / "user", tmp_path / "project")
    found = both.get("a")
    assert both.save(Profile("a", found.draft.with_value("q", "1"), path=found.path)) == found.path
    assert len(both.list()) == 1


def test_a_project_is_found_from_any_folder_inside_it(tmp_path: Path) -> None:
    inside = tmp_path / "home" / "work" / "shop" / "src"
    inside.mkdir(parents=True)
    home = tmp_path / "home"
    assert project_folder(inside, home) is None
    above = tmp_path / ".topexplorer" / "profiles"
    above.mkdir(parents=True)
    assert project_folder(inside, home) is None
    assert project_folder(tmp_path, home) == above
    profiles = home / "work" / "shop" / ".topexplorer" / "profiles"
    profiles.mkdir(parents=True)
    assert project_folder(inside, home) == profiles
    assert project_folder(inside.parent, home) == profiles


def test_deleting_removes_that_file_only(tmp_path: Path) -> None:
    both = Profiles(tmp_path / "user", tmp_path / "project")
    both.save(Profile("a", DRAFT))
    both.save(Profile("b", DRAFT))
    both.delete("a")
    assert [profile.name for profile in both.list()] == ["b"]
    with pytest.raises(UnknownProfile):
        both.delete("a")


def test_a_mistyped_name_is_answered_with_near_ones(profiles: Profiles) -> None:
    with pytest.raises(UnknownProfile) as raised:
        profiles.get("sold")
    assert said(raised.value.message).startswith("There is no profile sold; list them")
    profiles.save(SOLD)
    with pytest.raises(UnknownProfile) as raised:
        profiles.get("Sold last wek\x1b")
    assert said(raised.value.message) == "There is no profile Sold last wek␛; did you mean Sold last week?"


@pytest.mark.parametrize("name", ["session", "sign", "access_token", "App_Secret", "appSecret", "app-key", " session "])
def test_a_row_that_holds_a_secret_is_refused(name: str, profiles: Profiles) -> None:
    with pytest.raises(ConfigError) as raised:
        profiles.save(Profile("x", DRAFT.with_value(name, "6100e23c")))
    assert "6100e23c" not in said(raised.value.message)
    assert profiles.list() == ()


SECRET = "0123456789abcdef"


@pytest.mark.parametrize(
    "profile",
    [
        Profile("x", DRAFT.with_value("note", f"my {SECRET}!")),
        Profile("x", DRAFT.with_value(f"k{SECRET}", "v")),
        Profile("x", DRAFT.with_file("image", f"/{SECRET}.png")),
        Profile("x", RequestDraft(SECRET)),
        Profile("x", RequestDraft("m", off=frozenset({SECRET}))),
        Profile("x", DRAFT, note=SECRET),
        Profile(SECRET, DRAFT),
    ],
)
def test_no_secret_reaches_the_disk_wherever_it_was_pasted(profile: Profile, profiles: Profiles) -> None:
    with pytest.raises(ConfigError) as raised:
        profiles.save(profile, secrets=("", "other-secret", SECRET))
    assert SECRET not in said(raised.value.message)
    assert profiles.list() == ()


@pytest.mark.parametrize(
    "profile",
    [
        Profile("x", DRAFT.with_value("q", "\ud800")),
        Profile("x", DRAFT.with_value("\udcff", "1")),
        Profile("x", RequestDraft(" ")),
        Profile("x", DRAFT, environment=""),
    ],
)
def test_what_no_file_can_keep_exactly_is_refused(profile: Profile, profiles: Profiles) -> None:
    with pytest.raises(ConfigError) as raised:
        profiles.save(profile)
    said(raised.value.message)
    assert profiles.list() == ()


def test_a_full_disk_keeps_the_old_profile(profiles: Profiles, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles.save(SOLD)

    def refuse(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", refuse)
        with pytest.raises(StorageError) as raised:
            profiles.save(Profile(SOLD.name, DRAFT))
    assert "the disk is full" in said(raised.value.message)
    assert profiles.get(SOLD.name).draft == SOLD.draft


def test_a_folder_that_cannot_be_made_or_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("a file")
    profiles = Profiles(tmp_path / "user", None)
    with pytest.raises(StorageError):
        profiles.save(SOLD)
    (sentence,) = map(said, profiles.problems)
    assert sentence.startswith(f"{tmp_path / 'user'} cannot be used")
    assert profiles.list() == ()


def test_two_processes_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from topexplorer.core.call import RequestDraft\n"
        "from topexplorer.engine.profiles import Profile, Profiles\n"
        "folder, own = sys.argv[1:]\n"
        "profiles = Profiles(Path(folder), None)\n"
        "for number in range(12):\n"
        "    profiles.save(Profile('shared', RequestDraft('m', {'q': own * 5000})))\n"
        "    profiles.save(Profile(own * (number + 1), RequestDraft('m', {'q': own})))\n"
        "    assert not profiles.problems, profiles.problems\n"
        "    assert len(set(profiles.get('shared').draft.values['q'])) == 1\n"
    )
    # ! and ? give every pair of names the same file name, so both want the same files.
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), own], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for own in "!?"
    ]
    for process in processes:
        _out, errors = process.communicate(timeout=100)
        assert process.returncode == 0, errors
    names = [profile.name for profile in Profiles(tmp_path, None).list()]
    assert sorted(names) == sorted(["shared", *(own * number for own in "!?" for number in range(1, 13))])
