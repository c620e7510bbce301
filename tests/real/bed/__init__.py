"""The real servers, browser, keychain and terminal that the tests in this folder drive, all on loopback."""
