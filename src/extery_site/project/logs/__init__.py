"""Logs: the id of each request, the access log, and the formats of log lines.

- `request_ids`: the id of the current request, which responses, log lines and tasks take from there;
- `middleware`: gives each request its id, and adds it to the access log;
- `access` writes the access log, in a thread of its own; `site_log`: that of this process;
- `targets`: what logs show of the address of a request;
- `formats`: lines for people, and JSON for programs; `config`: the settings as those of `logging`.
"""
