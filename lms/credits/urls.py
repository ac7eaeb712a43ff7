"""Addresses of lms.credits."""

from django.urls import path

from lms.credits.views import lesson_hours, my_hours, my_paper

app_name = "credits"
urlpatterns = [
    path("", my_hours, name="my_hours"),
    path("paper/", my_paper, name="my_paper"),
    path("lessons/<int:lesson_id>/", lesson_hours, name="lesson_hours"),
]
