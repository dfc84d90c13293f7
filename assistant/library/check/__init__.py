"""Check: which passages bear out which sentences of an answer, and which say the opposite.

check            each sentence against each passage, and the unit nearest to the question
units            a passage cut into what can be quoted: sentences, rows, lines
statement        a sentence taken apart into clauses, terms and operators
tokens           its words, values and marks
vocabulary       what the words of a language are found by
wordlists        what negates, limits or joins clauses in a language, from data files
quantities/      numbers, dates and codes as values that can be compared
coverage         where the terms of a sentence stand in a unit and around it
answer_sentence  a sentence of an answer with its question, which may say the rest of it
comparison       a sentence and a unit, stage by stage
clauses          what a sentence takes of a source, and what stands over it there
attribution      whether both say it of the same thing
polarity         whether both deny, condition and allow the same
"""
