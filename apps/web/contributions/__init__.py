"""Pages of what people give the community: claims, what others say of them, and how all of it is signed."""
