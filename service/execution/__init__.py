"""The one write path: read the case and its version, check, advance outside any lock, apply in one
guarded transaction, carry out what follows, commit.

Operations hand in what is wanted; nobody else finishes a step.
"""
