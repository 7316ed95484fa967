from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("apps.api.urls")),
    path("staff/", admin.site.urls),  # linked from nowhere: see docs/runbook.md
    path("", include("apps.web.urls")),
]

handler400 = "apps.web.views.errors.bad_request"
handler404 = "apps.web.views.errors.not_found"
handler500 = "apps.web.views.errors.server_error"
