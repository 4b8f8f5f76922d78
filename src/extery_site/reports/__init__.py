"""Reports of something that is wrong with an extension, and what came of them."""
