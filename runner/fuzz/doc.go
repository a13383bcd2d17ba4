// Package fuzz looks for differences from S3 where no list does: it makes random but plausible CORS configurations and requests at their
// edges, has them asked, and shrinks what is answered otherwise than owed.
//
// Everything but [Run] is pure, and follows from the seed alone. What is asked are scenarios: the runner settles, judges, asks twice and
// cleans up as ever, and what is found can be committed as it is written.
//
//   - [Generator] makes a [Case], a bucket's life and what is asked in it, and prefers what was not asked yet ([Coverage]).
//   - [YAML] writes a case as a scenario, and [Plan] expands it.
//   - [Run] has cases asked, and shrinks those that differ to the smallest that still do.
package fuzz
