"""The sellers' sub-accounts, with departments, duties, roles and permissions."""

from __future__ import annotations

from datetime import datetime, timedelta

from topexplorer.sandbox.accounts import OTHER_SELLER, SELLER
from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.rows import Row, stamp

LANDMARK_SUB = 2200780111
DEPARTMENTS: tuple[tuple[int, str, int], ...] = ((5101, "运营部", 0), (5102, "客服部", 5101), (5103, "仓储部", 5101))
DUTIES = ((6101, "主管", 1), (6102, "客服专员", 2), (6103, "仓管员", 2))
PERMISSIONS = (
    ("sm-trade", "交易管理", ""),
    ("sm-trade-send", "订单发货", "sm-trade"),
    ("sm-design", "店铺装修", ""),
    ("sm-tbd-visit", "数据查看", ""),
)
PEOPLE = (
    ("客服01", "王小明", "小雨", 5102, 6102),
    ("客服02", "李晴", "晴天", 5102, 6102),
    ("仓库", "赵海", "阿海", 5103, 6103),
    ("主管", "陈静", "静姐", 5101, 6101),
)
SELLERS = ((SELLER, 2208913340, LANDMARK_SUB), (OTHER_SELLER, 2214506718, 2200791201))


def fill_staff(drawer: Drawer, now: datetime) -> None:
    """Put the sub-accounts into the drawer."""
    for nick, user_id, first in SELLERS:
        for place, (name, person, called, department, duty) in enumerate(PEOPLE):
            drawer.put(
                first + place, _account(nick, user_id, first + place, name, person, called, now, department, duty)
            )


def _account(
    nick: str,
    user_id: int,
    number: int,
    name: str,
    person: str,
    called: str,
    now: datetime,
    department: int,
    duty: int,
) -> Row:
    names = {row[0]: row for row in DEPARTMENTS}
    duties = {row[0]: row for row in DUTIES}
    return {
        "sub_id": number,
        "sub_nick": f"{nick}:{name}",
        "sub_name": person,
        "user_id": user_id,
        "user_nick": nick,
        "sub_status": 1,
        "sub_dispatch_status": department == 5102,
        "sub_owed_status": False,
        "employee_id": number % 10**6,
        "employee_name": person,
        "employee_nickname": called,
        "employee_num": f"E{number % 1000:03d}",
        "sex": 1 + number % 2,
        "work_location": "湖州" if nick == SELLER else "深圳",
        "office_phone": "0572-2088000" if nick == SELLER else "0755-83220000",
        "entry_date": stamp(now - timedelta(days=200 + number % 500)),
        "department_id": department,
        "department_name": names[department][1],
        "parent_department": names[department][2],
        "duty_id": duty,
        "duty_name": duties[duty][1],
        "duty_level": duties[duty][2],
        "leader_id": (number - number % 10 + 4) % 10**6,
        "subuser_email": f"e{number % 1000:03d}@shop.example",
        "user_email": "owner@shop.example",
        "seller_nick": nick,
    }


def permission(code: str) -> Row | None:
    """The permission of that code."""
    return next((_permission(*row) for row in PERMISSIONS if row[0] == code), None)


def permissions() -> list[Row]:
    """What can be granted."""
    return [_permission(*row) for row in PERMISSIONS]


def _permission(code: str, name: str, parent: str) -> Row:
    return {"permission_code": code, "permission_name": name, "parent_code": parent, "is_authorize": 1}


def fill_roles(drawer: Drawer, now: datetime) -> None:
    """Put one role of each seller into the drawer."""
    made = stamp(now - timedelta(days=120))
    for place, (nick, user_id, _first) in enumerate(SELLERS):
        drawer.put(
            7101 + place,
            {
                "role_id": 7101 + place,
                "role_name": "发货员",
                "description": "只管发货",
                "seller_id": user_id,
                "create_time": made,
                "modified_time": made,
                "permissions": [_permission(*PERMISSIONS[0]), _permission(*PERMISSIONS[1])],
                "seller_nick": nick,
            },
        )
