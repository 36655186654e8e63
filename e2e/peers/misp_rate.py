"""How long misp-stix takes for one event, in CPU seconds: text to text, there and back.

    misp_rate.py FILE
"""

import json
import logging
import sys
import time

import stix2
from misp_stix_converter import InternalSTIX2toMISPParser, MISPtoSTIX21Parser

logging.disable(logging.CRITICAL)


def there(text):
    parser = MISPtoSTIX21Parser()
    parser.parse_misp_event(json.loads(text))
    return parser.bundle.serialize()


def back(text):
    parser = InternalSTIX2toMISPParser()
    parser.load_stix_bundle(stix2.parse(text, allow_custom=True))
    parser.parse_stix_bundle()
    return parser.misp_event.to_json()


def timed(work, text):
    begin = time.process_time()
    result = work(text)
    return time.process_time() - begin, result


event = open(sys.argv[1], encoding='utf-8').read()
times = [timed(there, event) for _ in range(3)]
middle = sorted(seconds for seconds, _ in times)[1]
returned, _ = timed(back, times[0][1])
print(json.dumps({'there': middle, 'back': returned}))
