"""Addresses of the officer's desk."""

from django.urls import path

from lms.reports import views
from lms.reports.appeals import views as appeals
from lms.reports.devices import views as devices
from lms.reports.rules import trial
from lms.reports.rules import views as rules

app_name = "desk"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.person, name="person"),
    path("farmers/<int:pk>/", views.farmer, name="farmer"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<int:pk>/", appeals.appeal, name="appeal"),
    path("devices/", devices.devices, name="devices"),
    path("devices/<int:sighting>/", devices.note, name="note_device"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.write, name="write_rule"),
    path("rules/<int:pk>/", rules.rule, name="rule"),
    path("rules/<int:pk>/withdraw/", rules.withdraw, name="withdraw_rule"),
    path("rules/<int:pk>/trial/", trial.trial, name="rule_trial"),
    path("rules/<int:pk>/trial.<slug:extension>", trial.export_trial, name="export_trial"),
    path("export/<slug:code>.<slug:extension>", views.export, name="export"),
]
