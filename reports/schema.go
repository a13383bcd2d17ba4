package reports

import _ "embed" // of the schema

//go:embed report.schema.json
var schema []byte

// Schema is the JSON Schema (draft 7) of the JSON report.
func Schema() []byte { return schema }
