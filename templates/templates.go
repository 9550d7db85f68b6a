// Package templates holds svcgen's built-in templates: one folder each. It has no
// code.
package templates

import "embed"

// FS has one folder a template; "workspace" is what init renders.
//
//go:embed all:gateway all:http all:rpc all:web all:worker all:workspace
var FS embed.FS
