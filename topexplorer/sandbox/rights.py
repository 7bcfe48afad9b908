"""What an app and a session may do: allow lists, packages, a sub-account's duties, and the four levels of risk.

The platform gives every session four life times: r1 and w1 for ordinary reads and writes, r2 and w2 for those of high
risk (user authorisation guide, doc 102635). Which API has which level it shows only in its console;
`core.sessionlife.level_of` says what is assumed here.
"""

from __future__ import annotations

from datetime import datetime

from topexplorer.core.call import Refusal
from topexplorer.core.sessionlife import level_of
from topexplorer.core.spec import ApiSpec, Platform
from topexplorer.sandbox.accounts import App, Grant


def app_refusal(app: App, spec: ApiSpec, caller: str, platform: Platform) -> Refusal | None:
    """11: the app must be called from its own servers and hold a package with the API. Texts as captured."""
    if not app.may_come_from(caller):
        ours = ",".join(app.addresses)
        why = f"The appkey {app.key} is only allowed to call from {ours}, but your ip is {caller}"
        return Refusal(11, "Insufficient isv permissions", "isv.permission-ip-whitelist-limit", why)
    if app.may_call(spec.category, spec.permissions):
        return None
    names = [category.name for category in platform.categories]
    scope = 11650 + (names.index(spec.category) if spec.category in names else len(names))
    return Refusal(11, "Insufficient isv permissions", "isv.permission-api-package-limit", f"scope ids is {scope}")


def grant_refusal(grant: Grant, spec: ApiSpec, now: datetime) -> Refusal | None:
    """12 for what the main account did not hand over to a sub-account, 53 when the level of the API is over.

    Clients of the platform know 53 with `isv.w2-security-authorize-invalid`, and the sub code with r2 in it. That r1
    and w1 are refused alike, and the wording of msg, are ours.
    """
    if grant.staff and spec.writes and spec.category not in grant.staff.duties:
        why = "该子帐号无此操作权限，请通过主帐号设置开通相应权限"
        return Refusal(12, "Insufficient user permissions", "subuser.has-no-permission", why)
    needed = level_of(spec)
    if grant.allows(needed, now):
        return None
    why = f"{needed.upper()} 级别的授权已过期，请引导用户重新授权"
    return Refusal(53, "Invalid authorize", f"isv.{needed}-security-authorize-invalid", why)
