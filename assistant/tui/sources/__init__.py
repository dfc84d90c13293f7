"""Sources: what an answer rests on, and the passage in its file.

evidence     reads the evidence of the selected answer
panel        shows it beside the transcript
open_source  finds a passage again in its file
passage      shows it there, quotes marked
"""
