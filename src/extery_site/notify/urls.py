"""URLs of the feed, the settings of notifications, and links in e-mails."""

from __future__ import annotations

from django.urls import path

from extery_site.notify import views

app_name = "notify"
urlpatterns = [
    path("notifications/", views.show_feed, name="feed"),
    path("notifications/read/", views.read_all, name="read-all"),
    path("notifications/undo/", views.undo_read_all, name="undo"),
    path("notifications/stop/<token>/", views.stop, name="stop"),
    path("notifications/<int:pk>/", views.open_entry, name="open"),
    path("notifications/<int:pk>/read/", views.read_entry, name="read"),
    path("notifications/<int:pk>/mute/", views.mute_entry, name="mute"),
    path("account/notifications/", views.settings_page, name="settings"),
    path("account/notifications/<int:pk>/end/", views.end_subscription, name="end-subscription"),
]
