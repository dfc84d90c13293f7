"""The thin layer over llama.cpp.

native      its backends, log and abort flag
memory      which models stay loaded, how large a window can be
gpu         how many layers a graphics card computes
loading     a model into memory, and its context
vocabulary  text to tokens and back
lora        LoRA adapters of a loaded model
"""
