"""The Django project: settings, URLs, WSGI application, middleware, commands, server and task queue.

The settings of the site are the fields of `site_settings`; `settings` derives Django's from them.
"""
