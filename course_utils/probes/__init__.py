"""Probes: how a case meets a student's object. A probe takes the object and inputs and returns what came out.

Probes ship to students and run inside the box, so none of them holds an expected value.
"""
