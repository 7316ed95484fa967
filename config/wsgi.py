"""The web server's way in. Without DJANGO_SETTINGS_MODULE this is production, which refuses to guess."""

from config.env import choose_settings

choose_settings("config.settings.prod")

from django.core.wsgi import get_wsgi_application  # noqa: E402

import config.celery  # noqa: E402, F401  a page that queues a task must use this app's broker

application = get_wsgi_application()
