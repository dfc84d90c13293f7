"""Text analysis: from text to words, sentences and chunks.

languages      which language a text is written in
sentences      sentences, lines and words as spans
pieces         a text to sentences with their tokens, one by one
chunking       a document to chunks that fit the embedder
names          words of file names, and names in a question
spellings      numbers, codes, dates and phone numbers in all their forms
analysis       words to search by: folded, split, stemmed
edit_distance  words that are nearly the same
"""
