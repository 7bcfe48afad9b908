"""Which fields and parameters hold personal data, by name. Data to review; what is done with it is in `personal`.

Personal is what the platform itself encrypts or replaces by an id: receiver, phone, address, nick, alipay account and
the ids of people (guide "terms of private fields", doc 120397). Order numbers, waybill numbers, item titles, prices,
times, province, city and district are not: without them no answer can be read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Literal, get_args

Kind = Literal[
    "name",
    "mobile",
    "phone",
    "email",
    "address",
    "zip",
    "nick",
    "id",
    "idcard",
    "birthday",
    "ip",
    "geo",
    "words",
    "shop",
    "app",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""`words` is free text by people; `shop` and `app` say who is calling: not for a shared screen, no secret otherwise."""

_NAMES: Mapping[Kind, str] = {
    "name": """
        receiver_name receiver real_name full_name contact_name contact r_name s_name consignee buyer_name user_name
        owner_name bank_card_owner_name phone_owner_name phone_call_operator_name o2o_guide_name nr_shop_guide_name
        employee_name commission_employee_name courier_name hk_china_name hk_en_name seller_name linkman link_man
        sender_name car_taker_name broker_name account_name invoice_name customer_name member_name
        o2o_service_name display_name operator operator_name
    """,
    "mobile": """
        receiver_mobile receiver_mobile_new mobile mobile_phone r_mobile_phone s_mobile_phone seller_mobile
        courier_mobile sender_mobile o2o_service_mobile phone_call_consumer_phone phone_call_operator_phone
        car_taker_phone buyer_mobile user_mobile contact_mobile contact_phone zy_phone_number phone_number phone_num
        phone_no encrypted_mobile secret_no privacy_no
    """,
    "phone": """
        receiver_phone receiver_phone_new phone telephone tele_phone tel r_telephone s_telephone seller_phone
        office_phone buyer_phone fax
    """,
    "email": """
        buyer_email seller_email email subuser_email user_email apple_care_email mail_address
    """,
    "address": """
        receiver_address receiver_town address addr address_detail detail_address detailed_address r_address s_address
        to_address o2o_service_address o2o_service_town town town_name buyer_address invoice_address full_address
        user_address eticket_service_addr adr
    """,
    "zip": "receiver_zip zip zip_code r_zip_code s_zip_code postcode post_code",
    "nick": """
        buyer_nick buyer_nicks nick nicks user_nick main_nick member_nick sub_nick mix_nick rated_nick donee_nick
        owner_nick plat_nick employee_nickname nickname wangwang wangwang_id seller_wangwang_id wang_wang buyer_account
        buyer_alipay_no alipay_no alipay_id alipay_account seller_alipay_no payee_account payer_account account_no
        sub_name failure_buyers login_id weixin wechat wechat_no wx_no qq qq_no msn
    """,
    "id": """
        buyer_id buyer_ids buyer_open_id buyer_open_uid open_uid open_uids open_uid_isv openuid open_id openid ouid
        ouids omid oaid donee_open_uid owner_open_uid uid user_id user_ids tb_user_id customer_user_id member_id
        sub_user_ids isv_account_id isv_account_ids open_account_id open_account_ids mix_receiver_id receiver_id
        outer_partner_member_id alipay_user_id bank_card_no hk_card_code et_plate_number avatar avatar_url
        taobao_user_id device_id imei mac
    """,
    "idcard": "cert_card_num id_card idcard id_card_no identity_card cert_no identity_no id_number cert_code",
    "birthday": "birthday hk_birthday birth_date birth birth_day",
    "ip": "ip seller_ip buyer_ip client_ip user_ip spbill_create_ip",
    "geo": "latitude longitude lat lng lon poi_x poi_y",
    "words": """
        buyer_memo buyer_message seller_memo trade_memo buyer_rate_content consumer_remark phone_call_result_remark
        leave_message memo remark remarks note reply content delivery_result_remark refuse_message
    """,
    "app": "app_key appkey client_id target_app_key",
    "shop": "seller_nick shop_nick seller_id shop_name et_shop_name o2o_shop_name seller_user_id",
}
BY_NAME: Mapping[str, Kind] = {name: kind for kind, names in _NAMES.items() for name in names.split()}
"""The kind of what stands under a name, in small letters without underscores too (`receiverMobile`)."""
_PLAIN: Mapping[str, Kind] = {name.replace("_", ""): kind for name, kind in BY_NAME.items()}

BESIDE: Mapping[str, Kind] = {"name": "name", "detail": "address"}
"""Names that are personal only in what is about a person; `name` also beside what only people have."""
_ONLY_PEOPLE: frozenset[Kind] = frozenset({"mobile", "phone", "email", "idcard", "birthday"})
_LOGINS = frozenset({"login_id", "display_name", "weixin", "wechat"})
SENT: Mapping[str, Kind] = {"message": "words", "msg": "words", "comment": "words"}
"""Names under which a request holds what somebody wrote, and an answer what the platform says."""
_PERSON = re.compile(
    r"(?:^|_)(?:receiver|sender|consignee|addressee|contact|contacts|linkman|address|addresses|buyer|customer|courier"
    r"|user|users|account|accounts)"
    r"(?:_(?:info|infos|list|dto|vo|do|result|data|detail|address))*$"
)
_UNPERSONAL = re.compile(
    r"(?:^|_)(?:\w*status|\w*type|\w*reason|state|province|city|district|county|country|area|title|matched|source|level"
    r"|sex|gender|platform|flag|desc|msg|message|error|is_\w+|has_\w+)$"
)
"""Names of what is not personal in an object about a person either, with those of numbers below."""
SPARED = re.compile(
    r"(?:^|_)(?:\w*id|\w*ids|\w*iid|\w*iids|no|sid|num|number|count|total|(?<!sub_)code|sn|time|date|created|modified|price|fee"
    r"|payment|amount|url|pic|path|image|img|md5|version|quantity|cid|pid|vid|barcode|sign|key)$"
)
"""Names under which digits are no phone number, whatever they look like. A `sub_code` repeats what was sent."""


def kinds_sent(names: Collection[str]) -> Mapping[str, Kind]:
    """The kinds of those parameters of one request that are personal by their names and by what stands beside them."""
    is_about = any(tells_of_person(name) or kind_of(name) == "address" for name in names)
    beside = {"name": BESIDE["name"]} if is_about else {}
    found = {name: kind_of(name) or SENT.get(name) or beside.get(name) for name in names}
    return {name: kind for name, kind in found.items() if kind is not None}


@lru_cache(maxsize=2048)
def tells_of_person(name: str) -> bool:
    """Whether what stands beside that name is somebody's: a phone number, a login."""
    return kind_of(name) in _ONLY_PEOPLE or _with_underscores(name) in _LOGINS


@lru_cache(maxsize=2048)
def is_about_person(name: str) -> bool:
    """Whether an object of that name says who or where somebody is."""
    return _PERSON.search(_with_underscores(name)) is not None


@lru_cache(maxsize=2048)
def is_unpersonal(name: str) -> bool:
    """Whether what stands under that name is not personal, whatever it stands in."""
    name = _with_underscores(name)
    return (SPARED.search(name) or _UNPERSONAL.search(name)) is not None


def _with_underscores(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()


@lru_cache(maxsize=2048)
def kind_of(name: str) -> Kind | None:
    """What stands under that name; None for what is not personal by its name."""
    return BY_NAME.get(name) or _PLAIN.get(name.replace("_", "").replace("-", "").lower())
