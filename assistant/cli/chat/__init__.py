"""`assistant chat`: the chat screen, or a conversation in mere lines.

command   the options; which of the two it is
plain     lines: what is typed, asked and answered
commands  slash commands of the lines
"""
