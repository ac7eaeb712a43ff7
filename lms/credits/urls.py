"""Addresses of lms.credits."""

from django.urls import path

from lms.credits.views import lesson_hours, my_hours

app_name = "credits"
urlpatterns = [
    path("", my_hours, name="my_hours"),
    path("lessons/<int:lesson_id>/", lesson_hours, name="lesson_hours"),
]
