package browser

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing of a closed browser is left running in the process.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
