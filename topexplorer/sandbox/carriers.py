"""Logistics companies, and what the parcels they carry go through."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from topexplorer.sandbox.rows import Row, stamp

COMPANIES: tuple[dict[str, Any], ...] = tuple(
    {"id": number, "code": code, "name": name, "reg_mail_no": pattern}
    for number, code, name, pattern in (
        (500, "ZTO", "中通快递", "^[0-9]{12,14}$"),
        (505, "SF", "顺丰速运", "^(SF)?[0-9]{12,13}$"),
        (101, "YTO", "圆通速递", "^(YT)?[0-9]{12,15}$"),
        (100, "STO", "申通快递", "^[0-9]{12,15}$"),
        (102, "YUNDA", "韵达快递", "^[0-9]{13,15}$"),
        (2, "EMS", "EMS", "^[A-Z]{2}[0-9]{9}[A-Z]{2}$|^[0-9]{13}$"),
        (1, "POST", "中国邮政", "^[A-Z]{2}[0-9]{9}CN$|^[0-9]{13}$"),
        (107, "DBL", "德邦快递", "^(DPK)?[0-9]{8,15}$"),
        (504, "TTKDEX", "天天快递", "^[0-9]{12}$"),
        (103, "ZJS", "宅急送", "^[A-Z0-9]{10,16}$"),
        (1204, "FAST", "快捷快递", "^[0-9]{11,13}$"),
        (1207, "UC", "优速快递", "^[0-9]{12,14}$"),
    )
)
RECOMMENDED = frozenset({"ZTO", "SF", "YTO", "STO", "YUNDA", "EMS"})
ONLINE = frozenset({"ZTO", "SF", "YTO", "EMS"})
"""The recommended ones that take orders online."""
_BY_CODE = {row["code"]: row for row in COMPANIES}


def company(code: str) -> Row | None:
    """The company of that code, in capitals or not."""
    return _BY_CODE.get(code.upper())


def accepts(carrier: Row, mail_no: str) -> bool:
    """Whether a waybill number keeps the company's rule."""
    return re.fullmatch(str(carrier["reg_mail_no"]), mail_no) is not None


_COURSE = (
    (2, "GOT", "【{origin}】快件已由揽投员揽收"),
    (5, "DEPARTURE", "【{origin}】快件已发往{origin}转运中心"),
    (11, "ARRIVAL", "【{origin}】快件到达{origin}转运中心"),
    (13, "DEPARTURE", "【{origin}】快件离开{origin}转运中心，发往{goal}"),
    (36, "ARRIVAL", "【{goal}】快件到达{goal}转运中心"),
    (44, "SENT_SCAN", "【{goal}】快递员正在派送，请保持电话畅通"),
    (50, "SIGNED", "【{goal}】快件已签收，签收人：本人"),
)


def steps(shipment: Row, now: str) -> list[Row]:
    """What the parcel has gone through by `now`, as `TransitStepInfo` rows, oldest first."""
    sent = datetime.fromisoformat(shipment["sent"])
    way = [
        {
            "status_time": stamp(sent + timedelta(hours=hours)),
            "status_desc": words.format_map(shipment),
            "action": action,
        }
        for hours, action, words in _COURSE
    ]
    return [step for step in way if step["status_time"] <= now]
