"""Settings: what holds, where it comes from, what a value does; changed with undo.

screen   the list of settings, searched and edited
lines    settings in lines, and the details of one
dialogs  a choice among values
"""
