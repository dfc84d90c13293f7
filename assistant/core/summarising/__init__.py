"""Documents as a whole: read section by section and summed up, each sentence with its place.

intent      whether a question is about documents as a whole, and what it wants
outline     the sections of a document, and the parts in which they are read
sentences   sentences of a part that can stand for it
reading     what one part says: its own sentences and the model's, checked
points      what all sections say together, in a few sentences
writing     the text of a summary, its citations and their passages
excerpts    passages of files that are larger than the window
offers      how documents are read as a whole, where a search was asked
comparison  two documents, section by section
summary     the whole run: what was read is kept, what is left takes so long
"""
