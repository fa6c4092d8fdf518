"""A test run: cases, fixtures, mocks, and tracebacks of those that fail."""
import io
import unittest
from unittest import mock


class Case(unittest.TestCase):
    def setUp(self):
        self.thing = mock.Mock(spec=["call", "value"])

    def test_call(self):
        self.thing.call(1)
        self.thing.call.assert_called_once_with(1)

    def test_fails(self):
        self.assertEqual(self.thing.value, 3)

loader = unittest.TestLoader()
for i in range(60):
    suite = loader.loadTestsFromTestCase(Case)
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
print(len(result.failures))
