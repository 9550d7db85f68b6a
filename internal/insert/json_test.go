package insert

import "testing"

func TestJSON(t *testing.T) { runCases(t, "testdata/json/*.txtar") }
