"""Addresses of this app."""

from django.urls import URLPattern

app_name = "learning"
urlpatterns: list[URLPattern] = []
