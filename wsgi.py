"""For WSGI servers: ``granian --interface wsgi wsgi:app``."""

from academy.app import create_app
from academy.kernel.worker import start_embedded

app = create_app()
if app.config["ACADEMY"].embedded_worker:
    start_embedded(app)
