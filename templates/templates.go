// Package templates holds svcgen's built-in templates: one folder each. It has no
// code.
package templates

import "embed"

// FS has one folder a template; "workspace" is what init renders.
//
//go:embed all:http all:rpc all:worker all:workspace
var FS embed.FS
