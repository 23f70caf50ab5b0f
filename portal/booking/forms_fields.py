"""The fields of people, under the name that booking's neighbours know."""

from portal.people.forms_fields import BirthDateField, EmailField, HiddenField, NameField, PhoneField

__all__ = ["BirthDateField", "EmailField", "HiddenField", "NameField", "PhoneField"]
