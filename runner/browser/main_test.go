package browser

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing of a closed browser is left running in the process.
func TestMain(m *testing.M) { goleak.VerifyTestMain(endingShared{m}) }

// endingShared closes the browser that tests share when all have run.
type endingShared struct{ *testing.M }

func (m endingShared) Run() int {
	defer func() { endShared() }()
	return m.M.Run()
}
