"""What to do next: how urgent it is, which tests to send, what to stop, what to treat, when to look again."""
