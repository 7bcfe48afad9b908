"""Whether a gateway has accepted the sign of a call: what may be concluded from what came back.

The platform documents no order of its checks. So what it may refuse before it looks at the sign proves nothing: the
app key, the address, the timestamp, limits, sessions and parameters. What has passed them all is an answer, and a
refusal by the service behind the gateway: code 15 and the codes that each service had of its own before that.
"""

from __future__ import annotations

from topexplorer.core.call import Answer, NoAnswer, Outcome

_SERVICES = frozenset({15, 50, *range(500, 701)})
_OF_THE_GATEWAY = (
    *("isp.", "accesscontrol.", "isv.appkey-", "isv.permission-", "isv.access-limited-"),
    *("isv.timestamp-", "isv.replayattack-", "isv.request-replay-"),
)
"""How sub codes begin that the gateway itself may give, whatever the code."""


def accepts_sign(outcome: Outcome) -> bool:
    """Whether the call was let in with its sign. False also means: nobody knows."""
    if isinstance(outcome, Answer | NoAnswer):
        return isinstance(outcome, Answer)
    sub_code = outcome.sub_code or ""
    if not sub_code or sub_code.startswith(_OF_THE_GATEWAY) or "sign" in sub_code.lower():
        return False
    return outcome.code in _SERVICES
