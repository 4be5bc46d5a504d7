"""A browser of one visit: follows the address to where it leads, as a person who agrees would."""

import sys
import urllib.request

urllib.request.urlopen(sys.argv[1], timeout=20).read()
