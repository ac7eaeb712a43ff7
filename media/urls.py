"""Addresses of this app, under /files/."""

from django.urls import URLPattern, path, re_path

from media.views import caption_reports, files, uploads

app_name = "media"

_TOKEN = r"(?P<token>[A-Za-z0-9._-]{1,200})"  # noqa: S105  (a pattern)
_LANGUAGE = r"(?P<language>[A-Za-z-]{2,12})"
urlpatterns: list[URLPattern] = [
    # A file name begins with a letter or digit and holds no slash: no way leads out of the folder.
    re_path(rf"^v/{_TOKEN}/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{{0,60}})$", files.file, name="file"),
    re_path(rf"^p/{_TOKEN}/poster-(?P<width>[0-9]{{2,4}})$", files.poster, name="poster"),
    re_path(rf"^p/{_TOKEN}/still-(?P<seconds>[0-9]{{1,6}})\.jpg$", files.still, name="still"),
    re_path(rf"^v/{_TOKEN}/captions/{_LANGUAGE}\.vtt$", files.captions, name="captions"),
    re_path(rf"^v/{_TOKEN}/captions/{_LANGUAGE}/report$", caption_reports.report, name="report_captions"),
    re_path(rf"^s/{_TOKEN}\.m4a$", files.sound, name="sound"),
    path("uploads/", uploads.begin, name="uploads"),
    path("uploads/known/", uploads.known, name="known"),
    path("uploads/<slug:code>/", uploads.upload, name="upload"),
    path("uploads/<slug:code>/finish/", uploads.finish, name="finish_upload"),
    path("uploads/<slug:code>/give-up/", uploads.forget, name="give_up_upload"),
]
