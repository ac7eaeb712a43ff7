"""Addresses of this app."""

from django.urls import path

from lms.learning.views import (
    assessing,
    checks,
    keeping,
    knowledge,
    packages,
    pages,
    playing,
    practising,
    quizzes,
    reports,
    saying,
)

app_name = "learning"
urlpatterns = [
    path("", pages.mine, name="mine"),
    path("sessions/", playing.sessions, name="sessions"),
    path("sessions/<str:code>/addresses/", playing.addresses, name="addresses"),
    path("addresses/", playing.lesson_addresses, name="lesson_addresses"),
    path("adopt/", playing.adopt, name="adopt"),
    path("packages/", packages.packages, name="packages"),
    path("packages/ended/", keeping.packages_ended, name="packages_ended"),
    path("packages/<str:code>/page/", keeping.package_page, name="package_page"),
    path("packages/<str:code>/quiz/", keeping.package_quiz, name="package_quiz"),
    path("kept/", keeping.kept, name="kept"),
    path("kept/frame/", keeping.frame, name="frame"),
    path("kept/frame/<slug:name>/", keeping.kept_frame, name="kept_frame"),
    path("kept/<int:lesson_id>/", keeping.kept_lesson, name="kept_lesson"),
    path("kept/<int:lesson_id>/quiz/", keeping.kept_quiz, name="kept_quiz"),
    path("reports/", reports.report, name="report"),
    path("checks/<str:code>/", checks.check, name="check"),
    path("lessons/<int:lesson_id>/practice/", practising.practice, name="practice"),
    path("lessons/<int:lesson_id>/quiz/", quizzes.quiz, name="quiz"),
    path("lessons/<int:lesson_id>/quiz/result/", quizzes.quiz_result, name="quiz_result"),
    path("self-assessment/", assessing.take, name="self_assessment"),
    path("self-assessment/result/", assessing.result, name="self_assessment_result"),
    path("sittings/<str:code>/answers/", quizzes.answers, name="quiz_answers"),
    path("sittings/<str:code>/<str:item>/picture/", quizzes.picture, name="quiz_picture"),
    path("sittings/<str:code>/<str:item>/sound/", quizzes.sound, name="quiz_sound"),
    path("lessons/<int:lesson_id>/read/", pages.read, name="read"),
    path("lessons/<int:lesson_id>/understood/", saying.understood, name="understood"),
    path("lessons/<int:lesson_id>/problem/", saying.problem, name="problem"),
    path("courses/<int:course_id>/test/", knowledge.take, name="knowledge"),
    path("courses/<int:course_id>/test/result/", knowledge.result, name="knowledge_result"),
    path("courses/<int:course_id>/again/", saying.take_again, name="take_again"),
    path("refused/<int:refused_id>/appeal/", saying.make_appeal, name="appeal"),
]
