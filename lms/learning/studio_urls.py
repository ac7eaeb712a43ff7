"""What learning adds to the trainer's own pages, under /studio/."""

from django.urls import path

from lms.learning.views import trainers

app_name = "teaching"
urlpatterns = [
    path("lessons/", trainers.lessons, name="lessons"),
    path("lessons/<int:pk>/", trainers.lesson, name="lesson"),
    path("lessons/<int:pk>/problems/<int:problem_id>/", trainers.answer, name="answer"),
]
