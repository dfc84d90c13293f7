"""Model files (GGUF), checked before llama.cpp sees them.

files           the parts of a model, and a digest of their content
header          metadata and tensors
recommended     the sampling that a file recommends itself
model_checks    complete, supported, small enough for the memory
adapter_checks  whether a LoRA file fits a model
"""
