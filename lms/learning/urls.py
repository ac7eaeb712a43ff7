"""Addresses of this app."""

from django.urls import path

from lms.learning.views import reports

app_name = "learning"
urlpatterns = [
    path("reports/", reports.report, name="report"),
]
