"""Tokens by API call: what the token address of the OAuth pages does, for apps that sign their requests.

The platform answers over https only; on loopback the sandbox does not insist.
"""

from __future__ import annotations

import json

from topexplorer.sandbox.arguments import Arguments, Fault, invalid
from topexplorer.sandbox.store import NO_PERMISSION, BackEnd, Payload, Store
from topexplorer.sandbox.tokens import OAuthError, TokenOffice


def back_ends(office: TokenOffice) -> dict[str, BackEnd]:
    """The APIs that need the token office beside the store."""

    def create(store: Store, args: Arguments) -> Payload:
        try:
            token = office.exchange(args.app_key, args.text("code"), uuid=args.text("uuid"))
        except OAuthError as error:
            raise invalid("code", error.description) from None
        return {"token_result": json.dumps(token)}

    def refresh(store: Store, args: Arguments) -> Payload:
        app = office.accounts.app(args.app_key)
        if app is None or not app.terms.refresh:
            raise Fault(NO_PERMISSION, "只有服务市场的应用可以刷新令牌，请引导用户重新授权")
        try:
            token = office.refresh(app, args.text("refresh_token"))
        except OAuthError as error:
            raise invalid("refresh_token", error.description) from None
        return {"token_result": json.dumps(token)}

    return {"taobao.top.auth.token.create": create, "taobao.top.auth.token.refresh": refresh}
