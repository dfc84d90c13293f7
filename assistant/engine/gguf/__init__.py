"""Model files (GGUF), checked before llama.cpp sees them.

files           the parts of a model, and a digest of their content
header          metadata and tensors
model_checks    complete, supported, small enough for the memory
adapter_checks  whether a LoRA file fits a model
"""
