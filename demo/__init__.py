"""A small back end that signs people out, and a play that shows what can be known about it."""
