"""Addresses of the review page, and the forms that are sent to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from extery_site.accounts.models import User
from tests.site.pages.html import page_of

SignIn = Callable[[User], Client]
BASE = "/queue/gear_tool/1.1.0/"
TABS = ("changes", "findings", "try")
CODE = 'import bpy\n\nURL = "https://places.example/"\nx = "\u202e"\n'


def post(client: Client, step: str, **data: Any) -> Any:
    return client.post(BASE, {"step": step, **data})


def alert_of(response: Any) -> str:
    [alert] = [item for item in page_of(response).all("div") if item.get("role") == "alert"]
    return alert.words
