"""The application from the environment, for gunicorn."""

from portal import doorbell
from portal.app import create_app
from portal.settings import Settings
from portal.web.preload import preload

_settings = Settings.from_env()
app = create_app(_settings)
doorbell.prepare(_settings.broker_url)
preload(app)
