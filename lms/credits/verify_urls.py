"""Addresses for whoever holds a paper; no sign-in."""

from django.urls import path

from lms.credits.attestations import public

app_name = "verify"
urlpatterns = [
    path("", public.number, name="number"),
    path("<str:number>/", public.attestation, name="attestation"),
]
