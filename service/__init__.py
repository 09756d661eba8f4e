"""Redress: a bank's complaint procedure that runs from its own diagrams."""

__version__ = "0.1.0"
