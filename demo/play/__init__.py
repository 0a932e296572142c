"""The play: two people, one back end, one provider, and the question who is still signed in."""
