"""What media adds to the Wagtail admin."""
