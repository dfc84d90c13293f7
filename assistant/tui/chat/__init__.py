"""Chat: the running conversation, from the question to the end of its turn.

session        the conversation on the screen and its draft
adding_files   files dropped, named or mentioned
model_loading  brings the model into memory ahead of the question
turns          turns in threads, and the queue of questions
progress       events of a turn in transcript and status line
status_line    model, tokens, speed, state
attention      rings when a long answer is done
background     titles and summaries when idle
panels         when the side panels are shown; the welcome text
"""
