"""The site with its living page, which only development and the demo show."""

from django.urls import path

from lms.styleguide import styleguide
from lms.urls import urlpatterns as of_the_site

urlpatterns = [path("styleguide/", styleguide), *of_the_site]
