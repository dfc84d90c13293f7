"""Readers of e-mail.

message  what a message of any format becomes
eml      EML and MBOX
msg      Outlook MSG
"""
