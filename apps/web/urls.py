"""Addresses of pages; each ends in a slash."""

from django.urls import URLPattern, URLResolver, path

from apps.web.views import preferences

app_name = "web"

urlpatterns: list[URLPattern | URLResolver] = [
    path("display/", preferences.choose, name="display"),
]
