"""The follow-up: appointments honoured, missed and cancelled, and how long one waits for a slot."""
