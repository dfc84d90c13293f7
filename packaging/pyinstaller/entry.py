"""What the packaged program runs first; every process of it begins here."""

from assistant.__main__ import main

main()
