"""The tests; machines.py is what many of them poke at."""
