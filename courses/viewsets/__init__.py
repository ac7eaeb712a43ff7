"""What courses adds to the Wagtail admin: quizzes, publishing many pages, the panel of notices."""
