"""Addresses of the officer's desk."""

from django.urls import path

from lms.reports import views
from lms.reports.appeals import views as appeals
from lms.reports.claims import views as claims
from lms.reports.devices import views as devices
from lms.reports.imports import views as imports

app_name = "desk"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.person, name="person"),
    path("farmers/<int:pk>/", views.farmer, name="farmer"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<int:pk>/", appeals.appeal, name="appeal"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.send, name="import_send"),
    path("imports/<int:pk>/", imports.one_import, name="import"),
    path("imports/<int:pk>/columns/", imports.columns, name="import_columns"),
    path("claims/", claims.claims, name="claims"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/files/<int:file>/", claims.evidence, name="claim_file"),
    path("devices/", devices.devices, name="devices"),
    path("devices/<int:sighting>/", devices.note, name="note_device"),
    path("export/<slug:code>.<slug:extension>", views.export, name="export"),
]
