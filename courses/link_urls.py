"""Short links of lessons, under /k/."""

from django.urls import path

from courses.views import links

app_name = "links"
urlpatterns = [
    path("<str:code>/", links.follow, name="follow"),
    path("<str:code>/board/", links.board, name="board"),
    path("<str:code>/qr.svg", links.qr, name="qr"),
    path("<str:code>/card-<str:shape>.jpg", links.card, name="card"),
]
