"""Compares Extery with real Blenders on mutated inputs: each disagreement is a fault of Extery.

``python -m tests.differential all --seconds 60 --seed 1`` prints, for each kind of input and each Blender, how many
inputs were compared and on how many Extery disagrees. Inputs depend on the seed only.
"""
