"""The Django project: settings, URLs, WSGI application, server and middleware."""
