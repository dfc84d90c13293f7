"""Vector search: Chroma, kept in line with library.db.

chroma       ids and vectors in Chroma
folder       the folder of an embedded Chroma
probe        whether such a folder is sound, tried in a process
places       that folder, or a Chroma server
index        kept in line with library.db, searched
semantic     an embedder with its embeddings and vectors
reembedding  another embedder takes over, without downtime
"""
