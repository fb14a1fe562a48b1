"""The audit trail (留痕): one tree of hashes over every act, appended in the act's own transaction."""
