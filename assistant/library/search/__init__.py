"""Search: from a question to passages, and what they bear out.

naming     the files that a question names
retrieval  the passages for a question
ranking    how well each fits
evidence   whether the files speak to the question at all
support    how far passages bear out an answer
"""
