"""Embedders: from text to vectors.

vocabulary             which texts an embedder can read
similarity             cosines on one scale, whichever embedder it is
centres                the middle of each language's texts, that vectors are taken from
sentence_transformers  the protocol, and the embedder on sentence-transformers
onnx                   the embedder on ONNX Runtime
serving                the embedder of a folder, shared by indexing and questions
"""
