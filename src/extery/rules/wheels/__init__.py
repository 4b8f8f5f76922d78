"""Rules about the wheels that an extension bundles; registered in `extery.rules.registry`."""
