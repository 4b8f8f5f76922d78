"""A repository as a whole: mirror it, check it, try it out. Uses the network through `extery.fetch`."""
