"""Request, access, errors, headers, languages: knows no feature."""
