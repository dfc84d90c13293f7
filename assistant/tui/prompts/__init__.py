"""Prompts: the library of system prompts on the screen.

screen   find, read, edit, delete, restore
dialogs  pick a prompt; save a conversation as one
lines    prompts in lines; those callable after a slash
"""
