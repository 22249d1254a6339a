"""Digests of what the engine and the model do, to be equal before and after a change of names, files or texts.

A digest covers steps, operations, values and outcomes. Texts, names of rules and digests of sources play no part.
"""
