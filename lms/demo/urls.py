"""Addresses of the demo world."""

from django.urls import path

from lms.demo import views

app_name = "demo"
urlpatterns = [path("", views.codes, name="codes")]
