"""Answers: what is asked of a model, and what comes back.

request          what is asked, and the events of its answer
served           which names there are: models, and the user's files
turns            whose turn it is: one answer at a time, and each program in its turn
answering        answers of a model alone, or from the user's files
conversations    conversations as clients hold them, found again in the store
marks            an answer from files with its citations, as it is written
stop_texts       an answer cut before what is to end it
passages         pages that show a passage, for a short while
"""
