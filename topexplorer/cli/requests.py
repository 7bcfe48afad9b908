"""A request before it is sent, as text: what goes on the wire, and what is signed. Secrets are masked."""

from __future__ import annotations

from collections.abc import Iterator

from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.core.call import SignedRequest
from topexplorer.core.language import Language
from topexplorer.core.signing import SCHEMES, sorted_pairs
from topexplorer.core.taint import MASK


def show_request(console: Console, request: SignedRequest, as_json: bool) -> None:
    """The redacted request that would be sent, on stdout."""
    if as_json:
        console.json(_request_data(request, console.say))
    else:
        console.lines(_request_lines(request, console.say))


def signed_text(request: SignedRequest) -> str:
    """What the digest is taken of, with the secret masked where the method puts it at both ends."""
    if SCHEMES[request.sign_method].wraps:
        return f"{MASK}{request.base_string}{MASK}"
    return request.base_string


def _request_lines(request: SignedRequest, say: Language) -> Iterator[str]:
    yield f"POST {request.url}"
    yield say("cli.request.where", environment=request.environment, method=request.sign_method)
    yield ""
    yield say("cli.request.signed")
    yield from _signed_rows(request)
    if request.files:
        yield ""
        yield say("cli.request.files")
        yield from columns([(part.name, part.file_name) for part in request.files], "  ")
    yield ""
    yield say("cli.signing.left_out")
    yield from _left_out(request, say)
    yield ""
    yield say("cli.request.base_string")
    yield f"  {signed_text(request)}"


def _signed_rows(request: SignedRequest) -> list[str]:
    return columns(sorted_pairs(request.params), "  ")


def _left_out(request: SignedRequest, say: Language) -> list[str]:
    return columns([(name, say.render(reason)) for name, reason in request.left_out], "  ")


def _request_data(request: SignedRequest, say: Language) -> dict[str, object]:
    return {
        "environment": request.environment,
        "url": request.url,
        "method": request.method,
        "sign_method": request.sign_method,
        "params": dict(request.params),
        "signed_order": [name for name, _text in sorted_pairs(request.params)],
        "files": {part.name: part.file_name for part in request.files},
        "left_out": [{"name": name, "reason": say.render(reason)} for name, reason in request.left_out],
        "base_string": request.base_string,
    }
