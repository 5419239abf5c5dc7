"""Reports on a class: one page per lesson and one for the course, made from the records alone."""
