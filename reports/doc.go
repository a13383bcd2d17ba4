// Package reports renders a [result.Report] for people and for machines: terminal text, Markdown, JSON, JUnit XML and others, see [Formats].
//
// One file holds one format. To add one, write a function of type func(io.Writer, result.Report) error and list it in renderers.
// Whatever an endpoint sent is hostile until shown otherwise: every format passes it through escape.go.
package reports
