"""Ratings: stars and a text from users of an extension, replies of its author, and the average."""
