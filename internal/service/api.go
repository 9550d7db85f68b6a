package service

import "github.com/svcgen/svcgen/internal/workspace"

// NewOptions are what svcgen new was given.
type NewOptions struct {
	Name     string
	Template string // "" is http
	Path     string // "" is services/NAME
	Owner    string
	Port     int // 0: the next free one
	Answers  map[string]string
}

// AddOptions are what svcgen add was given.
type AddOptions struct {
	Service *workspace.Service
	Unit    string
	Args    []string          // by position, as the unit's args name them
	Answers map[string]string // by name
}
