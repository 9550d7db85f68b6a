// Command bare serves items with net/http and nothing else.
package main

import "github.com/svcgen/svcgen/tools/loadbench/subjects/shared"

func main() { shared.Serve(shared.Mux(&shared.Store{})) }
