"""A trainer's own pages, under /studio/, made for a phone."""

from django.urls import path

from media.views import cutting, studio

app_name = "studio"
urlpatterns = [
    path("", studio.home, name="home"),
    path("<slug:code>/", studio.show, name="show"),
    path("<slug:code>/retry/", studio.retry, name="retry"),
    path("<slug:code>/cut/", cutting.cut_recording, name="cut"),
]
