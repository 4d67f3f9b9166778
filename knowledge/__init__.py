"""What the bot knows: city packs, programmes, the words that start a service, the urgent cards.

Nothing in here knows a conversation or a database; everything is data read from files and pure functions over it.
"""
