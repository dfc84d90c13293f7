"""The model: a worker process that owns llama.cpp, and the client that front ends use."""
