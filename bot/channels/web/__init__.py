"""The web chat: one page, server-sent events, and the few other addresses that the web server answers."""
