"""Scripted people: they complete tasks in scenarios, drills, simulations and benchmarks.

A player acts through the operations or over HTTP, as the account it plays, and never writes by
itself.
"""
