"""The provider: its Lambda function, permissions and monitoring."""
