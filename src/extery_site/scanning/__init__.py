"""Checks of stored packages in the background: malware, rules, bundled wheels.

`steps` has one module for each check; `pipeline` runs those that a file needs, records each result with its version
and duration, and decides the state of the file; `gate` says what keeps a version from being published;
`quarantine` takes infected files out of use.
"""
