"""Addresses of lms.interop."""

from django.urls import path

from lms.interop.badges import views as badges

app_name = "badges"
urlpatterns = [
    path("issuer/", badges.issuer, name="issuer"),
    path("status/<int:block>/", badges.status_list, name="status_list"),
    path("<slug:number>/", badges.badge, name="badge"),
]
