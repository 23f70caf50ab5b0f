"""The pre-diagnostic « Connaître mes droits »: questions and rules as data, evaluated in three values."""
