"""Help and about: plain questions, whom to call, who runs the site; from the foot of every page."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
HOST = "青禾县电教中心"


def test_help_says_whom_to_call_and_when(client: Client, settings: Any) -> None:
    settings.SITE_FOOTER = {
        "phone": "0000-1234567",
        "phone_hours": "工作日 8:30 到 17:30",
        "host_org": "青禾县电教中心",
    }

    page = client.get("/help/").content.decode()

    assert 'href="tel:0000-1234567"' in page and "接听时间：工作日 8:30 到 17:30。" in page
    assert f"接电话的是{HOST}。" in page


def test_help_without_a_number_names_a_person_all_the_same(client: Client) -> None:
    assert "找村级辅导员" in client.get("/help/").content.decode()


def test_about_names_the_host_and_the_records(client: Client, settings: Any) -> None:
    settings.SITE_FOOTER = {
        "host_org": "青禾县电教中心",
        "icp": "某ICP备00000000号",
        "police": "某公网安备 00000000000000号",
    }

    page = client.get("/about/").content.decode()

    assert HOST in page and "某ICP备00000000号" in page
    assert 'href="https://beian.mps.gov.cn/"' in page and "/account/notice/" in page


@pytest.mark.parametrize("address", ["/help/", "/about/", "/account/settings/", "/account/notice/"])
def test_the_foot_of_every_page_leads_there(client: Client, address: str) -> None:
    foot = client.get("/nowhere/").content.decode().partition("<footer")[2]

    assert f'href="{address}"' in foot and client.get(address).status_code == 200


def test_they_read_in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"

    assert "Does it cost anything?" in client.get("/help/").content.decode()
    assert "What you can count on" in client.get("/about/").content.decode()


def test_the_address_of_a_button_says_what_to_do_when_it_is_opened(client: Client) -> None:
    answer = client.get("/account/language/", headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 405 and answer["Allow"] == "POST"
    assert "请回到那一页，再点一次" in answer.content.decode()
    assert client.get("/account/language/", headers={"Accept": "application/json"}).content == b""
