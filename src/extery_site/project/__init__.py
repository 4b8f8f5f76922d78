"""The Django project: settings, URLs, WSGI application, server, and what every request passes through."""
