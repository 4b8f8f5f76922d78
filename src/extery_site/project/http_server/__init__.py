"""The HTTP server of ``extery serve``: waitress, with limits for slow and hostile clients.

`server` accepts connections and stops gracefully, `connection` reads and writes one, `parser`
reads a request with a bounded body, `concatenated_file` sends a response of several byte strings.
"""
