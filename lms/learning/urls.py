"""Addresses of this app."""

from django.urls import path

from lms.learning.views import checks, packages, pages, playing, reports, saying

app_name = "learning"
urlpatterns = [
    path("", pages.mine, name="mine"),
    path("sessions/", playing.sessions, name="sessions"),
    path("sessions/<str:code>/addresses/", playing.addresses, name="addresses"),
    path("addresses/", playing.lesson_addresses, name="lesson_addresses"),
    path("adopt/", playing.adopt, name="adopt"),
    path("packages/", packages.packages, name="packages"),
    path("reports/", reports.report, name="report"),
    path("checks/<str:code>/", checks.check, name="check"),
    path("lessons/<int:lesson_id>/quiz/", pages.quiz, name="quiz"),
    path("lessons/<int:lesson_id>/quiz/result/", pages.quiz_result, name="quiz_result"),
    path("lessons/<int:lesson_id>/read/", pages.read, name="read"),
    path("lessons/<int:lesson_id>/understood/", saying.understood, name="understood"),
    path("lessons/<int:lesson_id>/problem/", saying.problem, name="problem"),
    path("courses/<int:course_id>/again/", saying.take_again, name="take_again"),
    path("refused/<int:refused_id>/appeal/", saying.make_appeal, name="appeal"),
]
