"""A provider over HTTPS: one JSON request, the key in a header, a receipt back.

    POST SMS_HTTP_ADDRESS   Authorization: Bearer SMS_HTTP_KEY
    {"phone": …, "signature": …, "template_id": …, "variables": {…}}  →  {"accepted": true, "id": "…"}

and later, once the provider knows, a call to us, signed over the bytes of its body with a key of its own:

    POST /messages/sms/deliveries/   X-Signature: hex(HMAC-SHA256(SMS_HTTP_DELIVERY_KEY, body))
    {"deliveries": [{"id": "…", "delivered": true}, …]}

Providers differ in names; a small gateway beside the site translates. Nothing of a request is ever logged.
"""

import hashlib
import hmac
import json
import socket
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings

from .base import Delivery, Message, NotFromProvider, Receipt, SmsFailed

TIMEOUT_SECONDS = 5
LONGEST_ANSWER = 64 * 1024
LONGEST_REFERENCE = 128
# No connection was made, so nothing was asked for.
NEVER_ARRIVED = (ConnectionRefusedError, socket.gaierror)


def send(message: Message) -> Receipt:
    address = settings.SMS_HTTP_ADDRESS
    if not address.startswith(("https://", "http://")):
        raise SmsFailed("SMS_HTTP_ADDRESS is not set.", permanent=True)
    body = {
        "phone": message.number,
        "signature": message.signature,
        "template_id": message.template_id,
        "variables": message.variables,
    }
    request = Request(  # noqa: S310  (the scheme was looked at)
        address,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_HTTP_KEY}"},
        method="POST",
    )
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            answer = json.loads(response.read(LONGEST_ANSWER))
    except HTTPError as error:
        refused = HTTPStatus.BAD_REQUEST <= error.code < HTTPStatus.INTERNAL_SERVER_ERROR
        busy = error.code == HTTPStatus.TOO_MANY_REQUESTS
        raise SmsFailed(
            f"The provider answered {error.code}.", permanent=refused and not busy, perhaps_sent=not refused
        ) from None
    except (OSError, HTTPException) as error:
        cause = error.reason if isinstance(error, URLError) else error
        raise SmsFailed(
            "The provider cannot be reached.", permanent=False, perhaps_sent=not isinstance(cause, NEVER_ARRIVED)
        ) from None
    except ValueError:
        raise SmsFailed("The provider's answer cannot be read.", permanent=False, perhaps_sent=True) from None
    if not isinstance(answer, dict) or answer.get("accepted") is not True:
        raise SmsFailed("The provider did not accept the message.", permanent=True)
    return Receipt(accepted=True, reference=str(answer.get("id", ""))[:LONGEST_REFERENCE])


def read_deliveries(body: bytes, headers: Mapping[str, str]) -> list[Delivery]:
    """The reports of one call, all or none. A call that is repeated, by whomever, says nothing that was not said."""
    key = settings.SMS_HTTP_DELIVERY_KEY.encode()
    signed = hmac.new(key, body, hashlib.sha256).hexdigest()
    if not key or not hmac.compare_digest(signed.encode(), headers.get("X-Signature", "").lower().encode()):
        raise NotFromProvider
    try:
        return [_delivery(each) for each in json.loads(body)["deliveries"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NotFromProvider from None


def _delivery(said: Mapping[str, object]) -> Delivery:
    reference, delivered = said["id"], said["delivered"]
    if not isinstance(reference, str | int) or not isinstance(delivered, bool) or not str(reference).isprintable():
        raise TypeError
    return Delivery(str(reference)[:LONGEST_REFERENCE], delivered)
