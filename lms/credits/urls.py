"""Addresses of lms.credits."""

from django.urls import path

from lms.credits.views import my_hours

app_name = "credits"
urlpatterns = [path("", my_hours, name="my_hours")]
