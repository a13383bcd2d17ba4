package runner

import "corsprobe/runner/result"

// Shortened is a cell as it is kept in short; a call is not.
func Shortened(c result.Cell) result.Cell {
	if c.Point == nil {
		return c
	}
	return shortened(c)
}
