package insert

import "testing"

func TestTOML(t *testing.T) { runCases(t, "testdata/toml/*.txtar") }
