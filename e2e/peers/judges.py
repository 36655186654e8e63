"""What the peers say of each case: stix2-validator (its musts and its shoulds) and stix2.

Each judge gives a verdict {'valid': bool, 'errors': [text], 'warnings': [text]}.
"""

import copy
import logging
import re

import stix2
import stix2.exceptions
from stix2validator import ValidationOptions, validate_instance
from stix2validator.v21 import enums, musts


class Validator:
    """stix2-validator 3: errors are its musts, warnings its shoulds."""

    name = title = 'stix2-validator'

    def __init__(self):
        logging.disable(logging.WARNING)
        self.options = ValidationOptions(version='2.1')
        # The same, and types and properties of one's own are findings, too.
        self.strict = ValidationOptions(version='2.1', strict_types=True, strict_properties=True)

    def judge(self, made):
        try:
            result = validate_instance(copy.deepcopy(made), self.options)
        except Exception as error:  # Whatever it is: it did not accept the object.
            return {'valid': False, 'errors': [f'{type(error).__name__}: {error}'], 'warnings': []}
        own = str(made.get('id', ''))
        clean = lambda text: str(text).replace(f'{own}: ', '')
        errors = [clean(error) for error in result.errors]
        return {'valid': result.is_valid, 'errors': errors, 'warnings': [clean(text) for text in result.warnings]}


class Library:
    """stix2 3: objects are made of what is read, or an exception."""

    def __init__(self, lax):
        self.lax = lax
        self.name = 'stix2 (lax)' if lax else 'stix2'
        self.title = 'stix2, custom content' if lax else 'stix2'

    def judge(self, made):
        try:
            stix2.parse(copy.deepcopy(made), allow_custom=self.lax, version='2.1')
        except Exception as error:
            return {'valid': False, 'errors': [f'{type(error).__name__}: {error}'], 'warnings': []}
        return {'valid': True, 'errors': [], 'warnings': []}


def all_judges():
    return [Validator(), Library(False), Library(True)]
