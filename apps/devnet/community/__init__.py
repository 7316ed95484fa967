"""What the cast gives its network beside work: the deeds, where they can be seen, and what everybody says of them."""
