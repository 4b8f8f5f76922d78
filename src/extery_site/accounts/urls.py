"""URLs of the account settings; django-allauth serves sign-in and passwords."""

from __future__ import annotations

from django.urls import path

from extery_site.accounts import views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("appearance/", views.set_theme, name="appearance"),
]
