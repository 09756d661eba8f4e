"""What `redress bench` measures, and the floor it is measured against.

Contestants take turns in one run and are compared by the medians of their ratios. Only the command
line imports this package.
"""
