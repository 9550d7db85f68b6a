package insert

import "testing"

func TestGo(t *testing.T) { runCases(t, "testdata/go/*.txtar") }
