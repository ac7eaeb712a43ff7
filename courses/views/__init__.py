"""Pages of the Wagtail admin that courses adds."""
