"""The page of the demo that shows who to be, with one-time codes; for a browser on the same machine only."""

import time
from ipaddress import ip_address

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from lms.demo.domain.people import read_accounts, role_label

CODE_SECONDS = 30


@require_safe
@never_cache
def codes(request: HttpRequest) -> HttpResponse:
    """Accounts with the code that each one's authenticator would show now."""
    if not ip_address(request.META.get("REMOTE_ADDR", "") or "0.0.0.0").is_loopback:  # noqa: S104
        raise Http404
    keys = dict(TOTPDevice.objects.filter(confirmed=True).values_list("user_id", "key"))
    rows = [
        {
            "role": role_label(account.key),
            "account": account,
            "code": f"{totp(bytes.fromhex(keys[account.person_id])):06d}" if account.person_id in keys else "",
        }
        for account in read_accounts()
    ]
    left = CODE_SECONDS - int(time.time()) % CODE_SECONDS
    return render(request, "demo/codes.html", {"rows": rows, "left": left})
