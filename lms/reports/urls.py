"""Addresses of the officer's desk."""

from django.urls import path

from lms.reports import views
from lms.reports.appeals import views as appeals
from lms.reports.devices import views as devices
from lms.reports.merging import views as merging
from lms.reports.roster import views as roster

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
    path("roster/", roster.roster, name="roster"),
    path("roster/template.xlsx", roster.template, name="roster_template"),
    path("roster/people/<int:pk>/", roster.see_in_full, name="roster_person"),
    path("roster/<int:pk>/", roster.batch, name="roster_batch"),
    path("roster/<int:pk>/choose/", roster.decide, name="roster_choose"),
    path("roster/<int:pk>/confirm/", roster.confirm_batch, name="roster_confirm"),
    path("roster/<int:pk>/undo/", roster.undo_batch, name="roster_undo"),
    path("merging/<int:pk>/", merging.merging, name="merging"),
    path("merging/of/<int:pk>/", merging.others, name="merging_others"),
    path("merging/of/<int:stays>/<int:goes>/", merging.merge_records, name="merge_records"),
    path("export/<slug:code>.<slug:extension>", views.export, name="export"),
]
