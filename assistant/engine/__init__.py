"""The engine: a worker process that owns llama.cpp, and the client that front ends use.

client          the chat model of a front end, whose work happens in the worker
protocol        requests and replies between the two
options         how a model is to be loaded
hardware        processor, cores, threads to compute with, memory and its bandwidth
snapshot_files  the cache's snapshots on disk, all deleted when words are to be forgotten
worker/         the process: scheduler, executor, loaded models
templating/     messages to prompt text
cache/          the key/value cache and its snapshots on disk
generation/     tokens to an answer: decoding, sampling, speculative decoding
llama/          the thin layer over llama.cpp
cards/          which graphics cards there are, and which failed
gguf/           model files, checked before llama.cpp sees them
models/         which models are here, and whether they run
tuning/         `assistant bench`
download/       `assistant models pull`
"""
