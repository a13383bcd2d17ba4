//go:build race

package race

// Enabled says whether the race detector looks on.
const Enabled = true
