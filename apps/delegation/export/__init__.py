"""A plan's steps for wallets that are not in the browser: files, links and commands, all of the same bytes."""
