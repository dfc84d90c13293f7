"""Reading files in processes of their own.

pool     the processes, seen from their owner
frames   what the two say to each other
process  a reader process: one file after the other, within limits
"""
