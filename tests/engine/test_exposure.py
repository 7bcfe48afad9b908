"""Files of keys that others can read or change are refused, as ssh does it, and so is a config.toml they can change."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.engine.sentences import said
from tests.engine.vaults import APP_SECRET, DEV, PROD, SESSION, MemoryKeyring, filled, vault
from tests.workbench import workbench
from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError, TopExplorerError
from topexplorer.core.lamps import Lamp
from topexplorer.core.language import Message
from topexplorer.engine import exposure
from topexplorer.engine.checklist import make_private, private_lamp
from topexplorer.engine.exposure import require_own, require_private
from topexplorer.engine.settings import Paths

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system gives files no modes")
ACL_ENTRY, NOBODY = struct.Struct("<HHI"), 0xFFFF_FFFF
"""An entry of a list as Linux keeps it: what it is for, rights, whose (include/uapi/linux/posix_acl_xattr.h)."""
CONFIG = '[environments.far]\nkind = "dev"\ngateway = "https://gateway.example/router/rest"\n'


def refused(act: Callable[[], object]) -> str:
    """What is said when nothing is done."""
    with pytest.raises(ConfigError) as raised:
        act()
    assert raised.value.hint is None or said(raised.value.hint)
    return said(raised.value.message)


def cure(lamp: Lamp) -> str:
    assert isinstance(lamp.cure, Message)
    return said(lamp.cure)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o601])
@pytest.mark.parametrize("keyring", [None, MemoryKeyring()], ids=["passphrase", "keyring"])
def test_a_vault_that_others_can_read_is_refused_until_they_cannot(
    tmp_path: Path, mode: int, keyring: object | None
) -> None:
    file = filled(tmp_path / "vault", keyring)
    before = file.read_bytes()
    file.chmod(mode)
    found = vault(tmp_path / "vault", keyring=keyring)
    for act in (
        lambda: found.credentials(DEV),
        lambda: found.room.keys(DEV),
        lambda: found.room.put(DEV, app_secret=Secret("another5ecret0f1e2d3c4b5a6978879")),
        lambda: found.room.forget(DEV),
        lambda: found.room.entries("dev"),
        lambda: found.room.rotate(found.room.existing("dev")[0]),
    ):
        words = refused(act)
        assert words == f"others can read {file} (mode {mode:04o}), so no key in it is unlocked; run: chmod 600 {file}"
    assert not found.status(DEV).ready
    assert found.secrets(DEV) == ()
    assert file.read_bytes() == before
    file.chmod(0o600)
    assert found.credentials(DEV).app_secret.reveal() == APP_SECRET


def test_an_open_vault_gives_nothing_more_from_the_moment_on_that_others_can_read_it(tmp_path: Path) -> None:
    file = filled(tmp_path / "vault")
    found = vault(tmp_path / "vault")
    assert found.credentials(DEV).session
    file.chmod(0o644)
    assert "(mode 0644)" in refused(lambda: found.credentials(DEV))
    assert found.at_hand(DEV) is None


def test_a_folder_in_which_others_can_put_another_vault_is_refused_before_a_passphrase_is_asked_for(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "a vault"
    filled(folder)
    folder.chmod(0o702)
    asked: list[object] = []
    found = vault(folder, ask=lambda wanted: asked.append(wanted))
    for act in (lambda: found.credentials(DEV), lambda: found.room.put(PROD, "1", Secret(APP_SECRET))):
        words = refused(act)
        assert words.startswith(f"others can change {folder} (mode 0702)")
        assert words.endswith(f"run: chmod 700 '{folder}'")
    assert not asked
    for mode in (0o755, 0o1777):
        folder.chmod(mode)
        assert vault(folder).credentials(DEV).session


def test_a_vault_of_somebody_else_is_refused_wherever_a_link_leads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = filled(tmp_path / "vault")
    link = tmp_path / "links" / "dev.vault"
    link.parent.mkdir()
    link.symlink_to(file)
    require_private(link)
    file.chmod(0o640)
    assert "others can read" in refused(lambda: require_private(link))
    file.chmod(0o600)
    file.parent.chmod(0o777)
    assert f"others can change {file.parent}" in refused(lambda: require_private(link))
    file.parent.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    words = refused(lambda: require_private(file))
    assert f"belongs to another user (number {file.stat().st_uid})" in words
    assert f"sudo chown {file.stat().st_uid + 1} {file.parent}" in words


def test_where_files_have_no_owner_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = filled(tmp_path / "vault")
    file.chmod(0o644)
    monkeypatch.delattr(os, "geteuid")
    assert vault(file.parent).credentials(DEV).session
    assert private_lamp(Paths.under(tmp_path)).state == "skipped"


def test_a_config_that_others_can_change_sends_no_call_and_is_not_written_over(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    paths.config.mkdir(parents=True)
    paths.config_file.write_text(CONFIG)
    for place, mode in ((paths.config_file, 0o602), (paths.config, 0o707)):
        usual = place.stat().st_mode & 0o777
        place.chmod(mode)
        bench = workbench(tmp_path)
        environments = bench.environments
        for act in (
            partial(environments.get_or_raise, "far"),
            partial(environments.get_or_raise, "prod"),
            partial(bench.configure, lambda writer: writer.edit("dev", {"read_only": True})),
        ):
            words = refused(act)
            assert f"others can change {place} (mode {mode:04o}), and config.toml says where signed calls go" in words
            assert f"chmod {'600' if place == paths.config_file else '705'} {place}" in words
        assert environments.get_or_raise("sandbox").kind == "sandbox"
        assert [said(problem) for problem in bench.problems] == [words]
        place.chmod(usual)
        assert workbench(tmp_path).environments.get_or_raise("far").kind == "dev"
    paths.config_file.chmod(0o644)
    require_own(paths.config_file)
    assert paths.config_file.read_text() == CONFIG


def test_a_group_of_ones_own_is_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grp, pwd = pytest.importorskip("grp"), pytest.importorskip("pwd")
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    file.chmod(0o664)
    me = pwd.struct_passwd(("ann", "x", os.geteuid(), file.stat().st_gid, "", "", ""))
    monkeypatch.setattr(pwd, "getpwuid", lambda _number: me)
    for name, members, alone in (("ann", ["ann"], True), ("ann", [], True), ("ann", ["bob"], False), ("a", [], False)):
        group = grp.struct_group((name, "x", file.stat().st_gid, members))
        monkeypatch.setattr(grp, "getgrgid", lambda _number, group=group: group)
        if alone:
            require_own(file)
        else:
            assert "others can change" in refused(lambda: require_own(file))


def test_an_access_control_list_that_names_somebody_is_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    file.chmod(0o600)
    named, whole_group, most = (2, 6, 65_534), (4, 0, NOBODY), (16, 6, NOBODY)
    entries = [(1, 6, NOBODY), named, whole_group, most, (32, 0, NOBODY)]
    try:
        listed = struct.pack("<I", 2) + b"".join(ACL_ENTRY.pack(*entry) for entry in entries)
        os.setxattr(file, "system.posix_acl_access", listed)
    except (AttributeError, OSError):
        pytest.skip("this disk has no access control lists")
    assert file.stat().st_mode & 0o777 == 0o660
    monkeypatch.setattr(exposure, "_is_own_group", lambda _group: True)
    assert "others can change" in refused(lambda: require_own(file))
    assert "others can read" in refused(lambda: require_private(file))
    file.chmod(0o600)
    require_own(file)
    require_private(file)


def test_the_lamp_names_every_place_and_its_cure_takes_only_rights_away(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    assert private_lamp(paths).state == "ok"
    file = filled(paths.vault_folder)
    paths.config.mkdir(parents=True)
    paths.config_file.write_text(CONFIG)
    assert private_lamp(paths).state == "ok"
    file.chmod(0o644)
    paths.vault_folder.chmod(0o777)
    lamp = private_lamp(paths)
    assert lamp.state == "bad"
    assert said(lamp.sentence) == (
        f"others can change {paths.vault_folder} (mode 0777), others can read {file} (mode 0644)"
    )
    assert f"chmod 700 {paths.vault_folder} && chmod 600 {file}" in cure(lamp)
    assert [fix.kind for fix in lamp.fixes] == ["private"]
    paths.config_file.chmod(0o666)
    make_private(paths)
    assert (file.stat().st_mode & 0o777, paths.vault_folder.stat().st_mode & 0o777) == (0o600, 0o700)
    lamp = private_lamp(paths)
    assert (lamp.fixes, paths.config_file.stat().st_mode & 0o777) == ((), 0o666)
    assert cure(lamp).startswith("See that nobody changed config.toml, then run: chmod 600 ")


def test_variables_go_on_signing_beside_a_vault_that_is_refused(tmp_path: Path) -> None:
    filled(tmp_path / "vault").chmod(0o644)
    variables = {"TOPEXPLORER_DEV_APP_KEY": "1", "TOPEXPLORER_DEV_APP_SECRET": APP_SECRET}
    found = vault(tmp_path / "vault", environ=variables)
    with pytest.raises(TopExplorerError):
        vault(tmp_path / "vault").credentials(DEV)
    keys = found.credentials(DEV)
    assert (keys.app_secret.reveal(), keys.session) == (APP_SECRET, None)
    assert SESSION not in repr(found.status(DEV))
