"""URLs of the pages for reports, appeals, suspensions and hidden profiles."""

from __future__ import annotations

from django.urls import path

from extery_site.reports import (
    appeal_views,
    bulk_views,
    case_views,
    profile_views,
    suspension_views,
    views,
)

app_name = "reports"
urlpatterns = [
    path("report/<kind>/<key>/", views.report, name="report"),
    path("extensions/<extension_id>/report/", views.old_address),
    path("reports/", case_views.case_list, name="list"),
    path("reports/mine/", views.mine, name="mine"),
    path("reports/next/", case_views.take_next, name="next"),
    path("reports/numbers/", case_views.show_numbers, name="numbers"),
    path("reports/chosen/", bulk_views.chosen, name="chosen"),
    path("reports/<int:pk>/", case_views.case, name="case"),
    path("reports/<int:pk>/claim/", case_views.claim, name="claim"),
    path("reports/<int:pk>/answer/", views.answer, name="answer"),
    path("appeals/<int:pk>/", appeal_views.appeal, name="appeal"),
    path("appeals/new/<decision>/", appeal_views.new_appeal, name="new-appeal"),
    path("people/<username>/suspension/", suspension_views.suspension, name="suspension"),
    path("people/<username>/hidden/", profile_views.profile, name="profile"),
]
