"""The HTTP server of ``extery serve``: waitress, with limits for slow and hostile clients.

`server` accepts connections and stops gracefully, `rounds` chooses which connection is served next,
`connection` reads and writes one, `parser` reads a request with a bounded body, `scheduling` chooses which request is processed next,
`dispatcher` processes it in a thread, `refusals` responds to and logs what the application does not see, `concatenated_file` sends a response of several byte strings.
"""
