"""A delta download gives the identical package for fewer bytes, or nothing."""
