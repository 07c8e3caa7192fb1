"""The provider for people without CDK: a template, and the code that it refers to."""
