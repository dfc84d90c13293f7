"""Embedders: from text to vectors.

sentence_transformers  the protocol, and the embedder on sentence-transformers
onnx                   the embedder on ONNX Runtime
serving                the embedder of a folder, shared by indexing and questions
"""
