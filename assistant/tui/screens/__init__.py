"""Screens: each puts widgets together and routes their messages."""
