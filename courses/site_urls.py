"""What courses add to the public site besides their pages, under /catalogue/."""

from django.urls import path

from courses.views.catalogue import catalogue

app_name = "catalogue"
urlpatterns = [path("", catalogue, name="courses")]
