"""Authentication of programs by bearer tokens, and of browsers by the session cookie."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security import SessionAuth as NinjaSessionAuth

from extery_site.accounts.actions import authenticate_token
from extery_site.accounts.models import User


class TokenAuth(HttpBearer):
    """Authenticate ``Authorization: Bearer extery_…``; an invalid token is an error, not a guest."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        user = authenticate_token(token)
        request.user = user
        return user


class OptionalTokenAuth(TokenAuth):
    """Token authentication for endpoints that anonymous users may call too."""

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" not in request.headers:
            return request.user
        return super().__call__(request) or AnonymousUser()


class SessionAuth(NinjaSessionAuth):
    """Session authentication; the CSRF check applies to authenticated sessions only."""

    def __call__(self, request: HttpRequest) -> Any:
        if not request.user.is_authenticated:
            return None
        return super().__call__(request)


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """Return the user of the bearer token if there is one, else that of the session."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return authenticate_token(token) if scheme.lower() == "bearer" else request.user


REQUIRED_AUTH = [TokenAuth(), SessionAuth()]
OPTIONAL_AUTH = OptionalTokenAuth()
