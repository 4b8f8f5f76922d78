"""How programs say who they are: a token, or the session of somebody signed in in the browser."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security import SessionAuth as NinjaSessionAuth

from extery_site.accounts.actions import user_of_token
from extery_site.accounts.models import User


class TokenAuth(HttpBearer):
    """``Authorization: Bearer extery_…``; a token that does not work is an error, not a guest."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        user = user_of_token(token)
        request.user = user
        return user


class TokenOrAnyone(TokenAuth):
    """For what everyone may read, but some see more of."""

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" not in request.headers:
            return request.user
        return super().__call__(request) or AnonymousUser()


class SessionAuth(NinjaSessionAuth):
    """The session of a browser; its CSRF token is asked for only where there is one to abuse."""

    def __call__(self, request: HttpRequest) -> Any:
        if not request.user.is_authenticated:
            return None
        return super().__call__(request)


SIGNED_IN = [TokenAuth(), SessionAuth()]
ANYONE = TokenOrAnyone()
