"""Galleries of extensions: pictures, videos and icons, their pages, their API and their files."""
