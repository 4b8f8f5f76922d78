"""Storage backends for the bytes of stored files: `folder` and `s3`, with the interface in `base`.

``EXTERY_STORAGE`` selects one (`extery_site.project.storage_address`); only `extery_site.files` uses
them.
"""
