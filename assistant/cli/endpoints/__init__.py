"""Servers of models, and connections to them, on the command line.

commands  `assistant endpoints`: added, tested, allowed, removed, found
network   `assistant network`: every connection
consent   what may be sent, asked of the person at the terminal
"""
