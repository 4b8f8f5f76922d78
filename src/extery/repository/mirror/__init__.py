"""Mirroring: a verified copy of another repository, kept up to date in a folder.

- `run` is the order of the work, and decides what follows a failed download: the old listing is kept;
- `source_listings` fetches the listing; `filters` and `plan` decide what is kept, downloaded and removed;
- `packages` downloads and checks packages, each on its own; `inspection` reads what is in the folder already;
- `complete_folder` writes the listing for Blenders that know more types; `state` and `stored_problems` are kept between runs.
"""
