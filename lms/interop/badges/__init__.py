"""Open Badges 3.0: a 课程学习证明 as a Verifiable Credential, signed with eddsa-rdfc-2022, revoked by a status list."""
