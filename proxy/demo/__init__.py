"""A minute with hushgate, offline: a local AI service, the real proxy and a few prompts."""
