"""Addresses of the message centre."""

from django.urls import path

from lms.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.centre, name="centre"),
    path("read/", views.read_all, name="read_all"),
    path("<int:pk>/read/", views.read, name="read"),
    path("sms/", views.sms, name="sms"),
    path("sms/deliveries/", views.deliveries, name="deliveries"),
]
