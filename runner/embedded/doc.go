// Package embedded runs a real S3 server inside the process: versitygw's S3 API over buckets and objects in memory.
//
// It serves when the user names no endpoint, so that a first run needs no installation, and it is what the harness's
// own tests run against. Everything that CORS touches (routing, signatures, the CORS rules, the wording of errors) is
// versitygw's own code; only the storage behind it is ours. What the storage does not keep (versions, object locks,
// object ACLs) it refuses as the stock server does without a versioning directory.
//
// Several servers may run in one process. Nothing is written to disk, and nothing outlives [Server.Close].
package embedded
