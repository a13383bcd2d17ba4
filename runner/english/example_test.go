package english_test

import (
	"fmt"

	"corsprobe/runner/english"
)

func ExampleCount() {
	fmt.Println(english.Count(0, "finding"))
	fmt.Println(english.Count(1, "finding"))
	fmt.Println(english.Count(12, "finding"))
	// Output:
	// 0 findings
	// 1 finding
	// 12 findings
}

func ExampleCountOf() {
	fmt.Println(english.CountOf(1, "entry", "entries"), "and", english.CountOf(3, "entry", "entries"))
	// Output: 1 entry and 3 entries
}

func ExampleAnd() {
	fmt.Println(english.And([]string{"GET", "HEAD", "PUT"}))
	// Output: GET, HEAD and PUT
}

// Any type of text will do.
func ExampleOr() {
	type method string
	fmt.Println(english.Or([]method{"GET", "HEAD"}))
	// Output: GET or HEAD
}
