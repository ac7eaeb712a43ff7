"""What courses add to the trainer's own pages, under /studio/."""

from django.urls import path

from courses.views.making import make_lesson_of

app_name = "courses_studio"
urlpatterns = [path("<slug:code>/lesson/", make_lesson_of, name="make_lesson")]
