"""The academy as its users meet it: the real commands, a real server, a real browser."""
