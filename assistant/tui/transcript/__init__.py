"""Transcript: the messages of a conversation as widgets.

transcript   shows messages that come, change and grow
column       keeps only the messages near the view mounted
message      one message: heading, text, ending
headings     lines above, below and between messages
source_rows  rows of sources, with dots for how well they support an answer
folded       long rests and reasoning, folded
details      an answer's model, tokens and time; links to choose from
"""
