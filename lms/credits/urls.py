"""Addresses of lms.credits."""

from django.urls import path

from lms.credits.attestations import views as attestations
from lms.credits.claims import views as claims
from lms.credits.views import lesson_hours, my_hours, my_paper

app_name = "credits"
urlpatterns = [
    path("", my_hours, name="my_hours"),
    path("paper/", my_paper, name="my_paper"),
    path("claims/", claims.my_claims, name="my_claims"),
    path("claims/new/", claims.new_claim, name="new_claim"),
    path("claims/<int:pk>/", claims.my_claim, name="my_claim"),
    path("claims/<int:pk>/change/", claims.change_claim, name="change_claim"),
    path("claims/<int:pk>/withdraw/", claims.withdraw, name="withdraw_claim"),
    path("claims/<int:pk>/files/<int:file>/", claims.my_file, name="claim_file"),
    path("papers/", attestations.my_attestations, name="my_attestations"),
    path("papers/hours/", attestations.attest_my_hours, name="attest_my_hours"),
    path("papers/courses/<int:pk>/", attestations.attest_my_course, name="attest_my_course"),
    path("papers/<slug:number>/", attestations.my_attestation, name="my_attestation"),
    path("papers/<slug:number>/print.pdf", attestations.my_attestation_pdf, name="my_attestation_pdf"),
    path("lessons/<int:lesson_id>/", lesson_hours, name="lesson_hours"),
]
