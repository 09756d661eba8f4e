"""Definitions: what a diagram says, what is wrong with it, and which constructs run here. Pure."""
