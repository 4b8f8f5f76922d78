"""What other sites and programs read about extensions: feeds, the sitemap, social cards, and badges.

Without tables of its own: all of it is made from public rows, the same for everyone, and cached by those who fetch it.
"""
