"""`assistant chat`: the chat screen, or a conversation in mere lines.

command   the options; which of the two it is
lines     what is typed or piped in, until the end of it
commands  slash commands of the lines
plain     the conversation that is asked, and its answers
"""
