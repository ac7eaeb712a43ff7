"""manage.py demo_accounts: who to be in the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from lms.demo.domain.people import read_accounts, role_label


def width(text: str) -> int:
    """How many columns of a terminal a text takes; Chinese characters take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


class Command(BaseCommand):
    help = "Show the demo's accounts: role, sign-in, and where the second factor comes from."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("zh-hans"):
            rows = [("角色 Role", "姓名", "登录 Sign-in", "密码 Password", "验证码 Code")]
            for account in read_accounts():
                if account.phone:
                    way = (f"/account/sign-in/  {account.phone}", "-", "短信，显示在本窗口")
                else:
                    way = (f"/staff/sign-in/  {account.login_code}", account.password, "浏览器打开 /demo/")
                rows.append((role_label(account.key), account.name, *way))
        widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            cells = [cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)]
            self.stdout.write("  " + "   ".join(cells).rstrip())
        self.stdout.write(f"\n  Kept in {settings.VAR_DIR.name}/demo-accounts.json; one-time codes of staff: /demo/")
